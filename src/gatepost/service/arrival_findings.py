"""What `gatepost check` finds about how clients arrive: proxies before a door, limits, the greeting's wait.

A protocol that nobody knows is a fault: the door cannot be served. Everything else is told.
"""

import importlib
from collections.abc import Iterator

from gatepost.config.configuration import Configuration
from gatepost.model.errors import Complaint
from gatepost.model.settings import Settings
from gatepost.world.greylists.opening import REDIS_SCHEMES

PROTOCOL = "smtpd_upstream_proxy_protocol"
HAPROXY = "haproxy"
WAIT = "postscreen_greet_wait"
SPARED = "permit_mynetworks"
SUBMISSION = frozenset({"submission", "submissions", "smtps", "465", "587"})
RATES = (
    "smtpd_client_connection_rate_limit",
    "smtpd_client_message_rate_limit",
    "smtpd_client_recipient_rate_limit",
    "smtpd_client_auth_rate_limit",
    "smtpd_client_new_tls_session_rate_limit",
)


def arrival_findings(view: Configuration, settings: Settings, service: str) -> Iterator[Complaint]:
    """Everything to tell of one row."""
    yield from _proxy_findings(view, settings)
    yield from _limit_findings(view, settings)
    yield from _wait_findings(view, service)


def _proxy_findings(view: Configuration, settings: Settings) -> Iterator[Complaint]:
    """A protocol that nobody knows, a door that refuses everybody, one that believes everybody."""
    protocol = view.text(PROTOCOL)
    proxies = settings.smtpd_upstream_proxy_hosts
    if protocol not in ("", HAPROXY):
        text = f"{PROTOCOL}: {protocol!r} is no protocol for proxies"
        yield Complaint("error", view.place(PROTOCOL), text, f"write {HAPROXY}, or nothing")
    elif protocol and not proxies.patterns:
        text = f"{proxies.parameter} is empty: every connection is refused"
        cure = f"set {proxies.parameter} = the addresses of the proxies"
        yield Complaint("warning", view.place(PROTOCOL), text, cure, breaks_mail=True)
    elif protocol and any(
        (pattern.network is not None and pattern.network.mask == 0) or pattern.table.startswith("static:")
        for pattern in proxies.patterns
        if not pattern.is_negated
    ):
        text = f"{proxies.parameter} holds everybody: whoever reaches this port may say to be any client"
        cure = "name the proxies, or let a firewall keep others away"
        yield Complaint("warning", view.place(proxies.parameter), text, cure)


def _limit_findings(view: Configuration, settings: Settings) -> Iterator[Complaint]:
    """A store that is none; limits that hold for a proxy which all clients come through; a limit that exempts all."""
    store = view.text("anvil_store")
    if store and store.partition("://")[0] not in REDIS_SCHEMES:
        text = "anvil_store is no Redis server: each machine counts alone"
        yield Complaint("warning", view.place("anvil_store"), text, "write redis://host:port")
    elif store and not _has_driver():
        text = "anvil_store: not installed: each machine counts alone"
        yield Complaint("warning", view.place("anvil_store"), text, "pip install gatepost[redis]")
    elif store and not any(view.number(name) for name in (*RATES, "smtpd_client_connection_count_limit")):
        text = "anvil_store has nothing to count: no limit is set"
        yield Complaint("notice", view.place("anvil_store"), text, f"set {RATES[1]}, or leave the store out")
    exceptions = settings.smtpd_client_event_limit_exceptions
    for pattern in exceptions.patterns:
        if pattern.network is not None and pattern.network.mask == 0 and not pattern.is_negated:
            text = f"{exceptions.parameter} holds all addresses ({pattern.text}): no limit holds for anybody"
            yield Complaint("warning", view.place(exceptions.parameter), text, "name only your own networks")


def _has_driver() -> bool:
    """The driver can be loaded, and is: a worker without rights may be unable to read it."""
    try:
        importlib.import_module("gatepost.world.limits.store")
    except ImportError:
        return False
    return True


def _wait_findings(view: Configuration, service: str) -> Iterator[Complaint]:
    """Words in the list of the spared that are none, and mail programs of our own users that would wait."""
    name = "postscreen_access_list"
    for word in view.words(name):
        if word != SPARED and ":" not in word:
            text = f"{name}: {word!r} is neither {SPARED} nor a table"
            yield Complaint("warning", view.place(name, word), text, "write type:name")
    if view.seconds(WAIT) and service.rpartition(":")[2] in SUBMISSION:
        text = f"{service}: users' mail programs wait {view.seconds(WAIT)} s for the greeting here"
        yield Complaint("warning", view.place(WAIT), text, f"put -o {WAIT}=0 into this row")
