"""The trust guard: notices that the world comes in by our own gateway, and can stop mynetworks from trusting it.

Behind Docker's proxy for published ports, or a router that translates the addresses of what it lets in, every client
has the address of this machine's gateway; where mynetworks holds that, everybody may relay (field notes 3.4). The
criterion: within an hour, clients that say HELO names of LEAST_DOMAINS foreign domains have come from an address
of trust_guard_gateways. What mail they bring does not matter, nor whether others come with addresses of their own:
Docker often hides the clients of one IP version only.

The guard looks at each greeting. Its verdict is a fact of the session (Session.is_trust_withdrawn), which
permit_mynetworks and the like heed. It holds for all workers, over reloads and restarts (withdrawn_trust.py), until
trust_guard_gateways excepts the address.

Known limit: a machine that only one stranger has found yet gives too little evidence. `gatepost check` tells of a
gateway in mynetworks before anybody comes.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from gatepost.config.configuration import Configuration
from gatepost.model.address import IPAddress, is_ip, parse_ip
from gatepost.model.errors import Complaint, Place
from gatepost.model.settings import Settings
from gatepost.policy.strangers import foreign_domain
from gatepost.service.gateway_evidence import GatewayEvidence
from gatepost.service.withdrawn_trust import NAME, keep_withdrawn, read_withdrawn
from gatepost.world.net.gateways import default_gateways, is_container

LEAST_DOMAINS = 3
"""One is a customer or a provider's monitor, two may be a move from one name to another; three are strangers."""

WINDOW_S = 3600.0
TELL_EVERY_S = 3600.0
LOOK_EVERY_S = 60.0  # a container can be joined to another network, with another gateway, while it runs

AUTO = "auto"


class Warn(Protocol):
    """A log."""

    def warning(self, text: str) -> None:
        """Write a warning."""


class TrustGuard:
    """The guard of one worker; what it finds it shares with the others. `own` are the organisations that are ours."""

    __slots__ = ("_clock", "_evidence", "_file", "_gateways", "_is_enforced", "_log", "_look_at", "_own", "_words")

    def __init__(
        self,
        configuration: Configuration,
        own: frozenset[str],
        evidence: GatewayEvidence,
        log: Warn,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        mode = configuration.choice("trust_guard")
        self._words = configuration.words("trust_guard_gateways") if mode != "no" else ()
        self._is_enforced = mode == "enforce"
        self._own = own
        self._evidence = evidence
        self._log = log
        self._clock = clock
        self._gateways = watched_gateways(self._words)
        self._look_at = clock() + LOOK_EVERY_S
        self._file = Path(configuration.text("data_directory")) / NAME
        for address in read_withdrawn(self._file) if self._is_enforced else ():
            evidence.mark(parse_ip(address), clock(), TELL_EVERY_S)

    def greeted(self, client: IPAddress, helo_name: str) -> None:
        """A client has said who it is."""
        if not self._words:
            return
        now = self._clock()
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY_S
            self._gateways = watched_gateways(self._words)
        if client.text not in self._gateways:
            return
        domain = foreign_domain(helo_name, self._own)
        if not domain:
            return
        domains = self._evidence.note(client, domain, now, WINDOW_S)
        if len(domains) >= LEAST_DOMAINS and self._evidence.mark(client, now, TELL_EVERY_S):
            self._tell(client.text, domains)

    def withdraws(self, client: IPAddress) -> bool:
        """This address is to be trusted no more."""
        return self._is_enforced and client.text in self._gateways and self._evidence.holds(client)

    def _tell(self, address: str, domains: tuple[str, ...]) -> None:
        shown = ", ".join(sorted(domains)[:LEAST_DOMAINS])
        verdict = (
            "it is trusted no more"
            if self._is_enforced
            else "where mynetworks holds it all of them may relay; trust_guard = enforce stops that"
        )
        self._log.warning(
            f"trust guard: clients of {len(domains)} domains ({shown}) greet from {address}, a gateway of this "
            f"machine: a proxy or NAT hides who they are, and {verdict} -- let the real addresses through (no "
            f"userland proxy, host network, or the PROXY protocol), or say trust_guard_gateways = !{address}, {AUTO}"
        )
        failure = keep_withdrawn(self._file, address, domains) if self._is_enforced else ""
        if failure:
            self._log.warning(f"trust guard: {self._file}: {failure}: a restart will trust {address} again")


def watched_gateways(words: tuple[str, ...]) -> frozenset[str]:
    """The addresses that trust_guard_gateways comes to now."""
    excepted: set[str] = set()
    watched: set[str] = set()
    for word in words:
        is_negated, bare = word.startswith("!"), word.strip("![]")
        named = default_gateways() if bare == AUTO else {parse_ip(bare).text} if is_ip(bare) else frozenset()
        (excepted if is_negated else watched).update(named - excepted - watched)
    return frozenset(watched)


def trust_guard_findings(configuration: Configuration, settings: Settings) -> Iterator[Complaint]:
    """What `gatepost check` says: words that cannot be used, and gateways that mynetworks trusts."""
    name = "trust_guard_gateways"
    words = configuration.words(name)
    for word in words:
        if word.strip("!") != AUTO and not is_ip(word.strip("![]")):
            text = f"{name}: {word!r} is neither {AUTO} nor an address"
            yield Complaint("warning", configuration.place(name, word), text, f"write {AUTO} or addresses")
    if configuration.choice("trust_guard") == "no":
        return
    is_enforced = configuration.choice("trust_guard") == "enforce"
    path = Path(configuration.text("data_directory")) / NAME
    withdrawn = read_withdrawn(path) if is_enforced else {}
    for address in sorted(watched_gateways(words)):
        if address in withdrawn:
            text = f"{address} is trusted no more: it hid clients of several domains ({withdrawn[address]})"
            cure = f"if it is what it seems: {name} = !{address}, {AUTO}"
            yield Complaint("warning", Place(str(path)), text, cure)
        elif _is_trusted(settings, parse_ip(address)):
            text = (
                f"mynetworks holds {address}, a gateway of this machine: where a proxy or NAT puts that in place of "
                "the clients' addresses everybody may relay"
            )
            cure = f"leave it out: mynetworks = !{_as_element(address)}, ..."
            cure += "" if is_enforced else "; or set trust_guard = enforce"
            severity = "warning" if is_container() and not is_enforced else "notice"
            yield Complaint(severity, configuration.place("mynetworks"), text, cure)


def _is_trusted(settings: Settings, address: IPAddress) -> bool:
    """The networks of mynetworks hold it; what tables say is not asked here."""
    for pattern in settings.mynetworks.patterns:
        if pattern.network is not None and pattern.network.holds(address):
            return not pattern.is_negated
    return False


def _as_element(address: str) -> str:
    return f"[{address}]" if ":" in address else address
