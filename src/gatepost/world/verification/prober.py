"""Whom to ask about an address, and asking them one after another: the next hop, or the domain's mail exchangers.

    prober = Prober(pool, names, ProberSettings(…), log)
    result = await prober.probe("user@example.com", hop="", sender="double-bounce@gate.example")

At most address_verify_connection_limit probes are under way; others wait for their turn. A probe has
address_verify_deadline in all, from its turn on. Mail exchangers are asked the best first, addresses in the order of
the DNS, until one gives an answer that is final: a yes, or a 5xx to EHLO, MAIL or RCPT (a 5xx greeting is not).

A next hop that is away is told to the log once, whichever worker finds out, and once more when it answers again.
What strangers' servers do is not worth a line; an outage of the DNS is told by world.names.

Gives: a ProbeResult, whatever happens. Its texts are those of Postfix.
Postfix: smtp(8); smtp_mx_address_limit, smtp_mx_session_limit, smtp_tcp_port, smtp_skip_5xx_greeting.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from gatepost.model.address import is_ip
from gatepost.model.answer import NOT_FOUND, Answer, Found, NotFound, Unavailable
from gatepost.policy.address_verification import AddressStatus, ProbeResult
from gatepost.policy.questions import MALFORMED, NO_ADDRESS, NULL_MX, HostAddresses, MailExchangers, NameQuestion
from gatepost.world.answering import NameSource
from gatepost.world.net.next_hop_address import HopAddress, parse_hop_address
from gatepost.world.net.next_hop_pool import NextHopPool, NextHopSettings
from gatepost.world.verification.probe import Probe, Probed, Server
from gatepost.world.watching.log import Logging
from gatepost.world.watching.outages import outages_of

MOST_ADDRESSES = 5
"""Postfix: smtp_mx_address_limit."""

MOST_SESSIONS = 2
"""Postfix: smtp_mx_session_limit: servers that were reached and put us off."""

_NOT_RESOLVED = "Host or domain name not found. Name service error for "

TIMED_OUT = ProbeResult(AddressStatus.DEFERRED, "address verification timed out")


@dataclass(frozen=True, slots=True)
class ProberSettings:
    """How to ask. `hop` is for next hops; `exchanger_port` the port of mail exchangers; `own_name` for their EHLO.

    `last_record` is the type of address that is looked up last, for the texts: AAAA, or A without IPv6.
    """

    hop: NextHopSettings
    own_name: str
    exchanger_port: int
    queue_directory: str
    deadline_s: float
    most_connections: int
    last_record: str = "AAAA"


class Prober:
    """The probes of one worker. To be used within one event loop."""

    def __init__(self, pool: NextHopPool, names: NameSource, settings: ProberSettings, log: Logging) -> None:
        self._pool = pool
        self._names = names
        self._settings = settings
        self._log = log
        self._turns = asyncio.Semaphore(settings.most_connections)
        timeout_s = min(settings.hop.smtpd_proxy_timeout, settings.deadline_s)
        self._to_exchanger = replace(settings.hop, smtpd_proxy_timeout=timeout_s, smtpd_proxy_ehlo=settings.own_name)

    async def probe(self, address: str, hop: str, sender: str) -> ProbeResult:
        """Ask about one address."""
        async with self._turns:
            if hop:
                return await self._ask_hop(address, hop, sender)
            return await self._ask_exchangers(address, sender)

    async def _ask_hop(self, address: str, hop: str, sender: str) -> ProbeResult:
        try:
            place = parse_hop_address(hop, self._settings.queue_directory)
        except ValueError as error:
            return ProbeResult(AddressStatus.DEFERRED, f"mail transport unavailable: {error}")
        server = Server(place.host or self._settings.own_name, place, self._settings.hop, is_kept=True)
        probed = await self._ask([server], sender, address)
        self._note(str(place), probed)
        return probed.result

    async def _ask_exchangers(self, address: str, sender: str) -> ProbeResult:
        try:
            async with asyncio.timeout(self._settings.deadline_s):
                servers = await self._exchangers(address.rpartition("@")[2])
        except TimeoutError:
            return TIMED_OUT
        if isinstance(servers, ProbeResult):
            return servers
        return (await self._ask(servers, sender, address)).result

    async def _ask(self, servers: list[Server], sender: str, address: str) -> Probed:
        """Ask until an answer is final or nobody is left."""
        ends_at = asyncio.get_running_loop().time() + self._settings.deadline_s
        sessions = 0
        probed = Probed(TIMED_OUT, is_away=True)
        for server in servers[:MOST_ADDRESSES]:
            probe = Probe(self._pool, server, sender, address)
            probe.start()
            try:
                async with asyncio.timeout_at(ends_at):
                    probed = await probe.outcome
            except TimeoutError:
                return probe.give_up()
            except asyncio.CancelledError:
                probe.give_up()
                raise
            sessions += not probed.result.text.startswith("connect to ")
            if not probed.may_ask_next or sessions >= MOST_SESSIONS:
                break
        return probed

    def _note(self, hop: str, probed: Probed) -> None:
        """Tell the log of an outage, once."""
        name = f"address verification: next hop {hop}"
        outages = outages_of(name)
        if not probed.is_away:
            if outages.ends():
                self._log.info(f"{name} answers again")
        elif outages.begins():
            self._log.warning(f"{name}: {probed.result.text}: addresses are put off until it answers")

    # Finding mail exchangers.

    async def _exchangers(self, domain: str) -> list[Server] | ProbeResult:
        if domain.startswith("["):
            literal = domain.strip("[]")
            literal = literal[5:] if literal[:5].lower() == "ipv6:" else literal
            return [self._server(literal, literal)] if is_ip(literal) else self._unknown(domain, NOT_FOUND)
        answer = await self._look_up(MailExchangers(domain))
        match answer:
            case Found(exchangers):
                hosts = tuple(each.name for each in sorted(exchangers, key=lambda each: each.preference))
            case NotFound(why) if why == NULL_MX:
                text = f"Domain {domain} does not accept mail (nullMX)"
                return ProbeResult(AddressStatus.UNDELIVERABLE, text)
            case NotFound(why) if why == MALFORMED:
                text = f"Name service error for name={domain} type=MX: Malformed or unexpected name server reply"
                return ProbeResult(AddressStatus.UNDELIVERABLE, text)
            case NotFound():
                hosts = (domain,)
            case Unavailable():
                text = f"{_NOT_RESOLVED}name={domain} type=MX: Host not found, try again"
                return ProbeResult(AddressStatus.DEFERRED, text)
        return await self._servers(hosts)

    async def _servers(self, hosts: tuple[str, ...]) -> list[Server] | ProbeResult:
        hosts = hosts[:MOST_ADDRESSES]
        answer = await self._look_up(HostAddresses(hosts))
        answers = answer.value if isinstance(answer, Found) else (answer,) * len(hosts)
        servers = [
            self._server(host, address) for host, each in zip(hosts, answers, strict=True) for address in _of(each)
        ]
        if servers:
            return servers
        return self._unknown(hosts[-1], answers[-1])

    def _unknown(self, host: str, answer: Answer[Any]) -> ProbeResult:
        """No host has an address: what the last one came to."""
        text = f"{_NOT_RESOLVED}name={host} type={self._settings.last_record}: Host "
        if isinstance(answer, Unavailable):
            return ProbeResult(AddressStatus.DEFERRED, f"{text}not found, try again")
        is_known = isinstance(answer, NotFound) and answer.why == NO_ADDRESS
        why = "found but no data record of requested type" if is_known else "not found"
        return ProbeResult(AddressStatus.UNDELIVERABLE, text + why)

    def _server(self, name: str, address: str) -> Server:
        place = HopAddress("smtp", address, self._settings.exchanger_port)
        return Server(name, place, self._to_exchanger, is_kept=False)

    async def _look_up(self, question: NameQuestion) -> Answer[Any]:
        known = self._names.instant(question)
        if known is not None:
            return known
        found: asyncio.Future[Answer[Any]] = asyncio.get_running_loop().create_future()
        asked = self._names.ask(question, lambda answer: None if found.done() else found.set_result(answer))
        try:
            return await found
        finally:
            asked.cancel()


def _of(answer: Answer[tuple[str, ...]]) -> Iterator[str]:
    if isinstance(answer, Found):
        yield from answer.value
