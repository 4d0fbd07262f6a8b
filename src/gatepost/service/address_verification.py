"""Address verification as main.cf has it: its cache, its prober, and what is wrong with how they are named.

One per worker, from main.cf itself: -o overrides of a row do not reach it, as they do not reach Postfix's verify(8).
"""

import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from gatepost.config.configuration import Configuration
from gatepost.config.reading import read_fields
from gatepost.model.errors import Complaint
from gatepost.policy.address_verification import VerifyTerms
from gatepost.policy.language.compile import Policy
from gatepost.service.write_rights import unwritable
from gatepost.world.answering import NameSource
from gatepost.world.net.next_hop import NextHopPool, NextHopSettings
from gatepost.world.sqlite_file import MEMORY
from gatepost.world.verification.asking import AddressVerification
from gatepost.world.verification.cache import VerifyCache, cache_file
from gatepost.world.verification.prober import Prober, ProberSettings
from gatepost.world.watching.log import Logging

READ_HERE = frozenset(
    {
        "address_verify_map",
        "address_verify_connection_limit",
        "address_verify_pending_request_limit",
        "smtp_helo_name",
        "smtp_tcp_port",
    }
)
"""Parameters that are read by name."""

VERIFYING = "reject_unverified_"
"""How the names of the restrictions begin."""


def open_cache(configuration: Configuration) -> VerifyCache:
    """The cache; its file is opened when it is needed."""
    return VerifyCache(cache_file(configuration.text("address_verify_map")), read_fields(configuration, VerifyTerms))


def open_prober(configuration: Configuration, pool: NextHopPool, names: NameSource, log: Logging) -> Prober:
    """What asks next hops and mail exchangers."""
    has_ipv6 = not {"ipv6", "all"}.isdisjoint(configuration.words("inet_protocols"))
    settings = ProberSettings(
        read_fields(configuration, NextHopSettings),
        configuration.text("smtp_helo_name"),
        _port(configuration.text("smtp_tcp_port")),
        configuration.text("queue_directory"),
        configuration.seconds("address_verify_deadline"),
        configuration.number("address_verify_connection_limit"),
        "AAAA" if has_ipv6 else "A",
    )
    return Prober(pool, names, settings, log)


def open_verification(
    configuration: Configuration, pool: NextHopPool, names: NameSource, log: Logging
) -> AddressVerification:
    """Cache and prober together: what answers AddressProbe."""
    most_probes = configuration.number("address_verify_pending_request_limit")
    return AddressVerification(
        open_cache(configuration), open_prober(configuration, pool, names, log), log, most_probes
    )


def uses_verification(policy: Policy) -> bool:
    """Some list or restriction class verifies addresses."""
    in_lists = any(step.name.startswith(VERIFYING) for steps in policy.lists.values() for step in steps)
    return in_lists or any(VERIFYING in text for text in policy.settings.restriction_classes.values())


def verification_findings(configuration: Configuration, policies: Iterable[Policy]) -> Iterator[Complaint]:
    """What to say at load."""
    path = cache_file(configuration.text("address_verify_map"))
    owner = configuration.text("mail_owner")
    why = unwritable(Path(path), owner) if Path(path).is_absolute() and any(map(uses_verification, policies)) else ""
    if why:
        text = f"address_verify_map: {why}: addresses cannot be verified"
        cure = f"give it to the workers: install -d -o {owner} {Path(path).parent}"
        yield Complaint("warning", configuration.place("address_verify_map"), text, cure)
    if path != MEMORY and not Path(path).is_absolute():
        text = f"address_verify_map: {path} is no file name that begins with /: addresses cannot be verified"
        cure = "write sqlite:/path/of/file, or nothing for a cache in memory"
        yield Complaint("warning", configuration.place("address_verify_map"), text, cure)
    port = configuration.text("smtp_tcp_port")
    if not _port(port):
        text = f"smtp_tcp_port: no TCP service has the name {port!r}: no sender can be verified"
        yield Complaint("warning", configuration.place("smtp_tcp_port"), text, "write a port number")


def _port(text: str) -> int:
    """The number of a port; 0 for what is none."""
    if text.isascii() and text.isdigit():
        return int(text) if 0 < int(text) < 65536 else 0
    try:
        return socket.getservbyname(text, "tcp")
    except OSError:
        return 0
