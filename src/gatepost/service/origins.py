"""Where a message came from: what its Received header says, and what the next hop and the log are told.

The Received header is about the client that is connected. The hop (XFORWARD) and the log hear what that client told
of another by XFORWARD: as soon as one of its facts about the other client is told, the rest of them is unknown rather
than ours; its id stands in the place of ours.

Postfix: XFORWARD_README, smtpd_proxy_filter.
"""

from collections.abc import Mapping
from dataclasses import replace

from gatepost.model.envelope import Origin
from gatepost.model.session import UNKNOWN
from gatepost.service.caller import Caller
from gatepost.wire.smtp.attributes import UNAVAILABLE
from gatepost.wire.smtp.dialogue import SmtpDialogue

_IDENT = "IDENT"
_MOST_DIGITS = 5


def origin_of(
    caller: Caller, dialogue: SmtpDialogue, ident: str, own_addresses: frozenset[str], tls_lines: tuple[str, ...]
) -> Origin:
    """The client that is connected."""
    client = caller.client
    return Origin(
        name=caller.name,
        address=client.address.text,
        port=client.port,
        protocol=dialogue.protocol_name,
        helo_name=dialogue.helo_name or "",
        ident=ident,
        is_local=client.address.text in own_addresses,
        is_encrypted=dialogue.tls is not None,
        tls_lines=tls_lines,
    )


def forwarded(origin: Origin, told: Mapping[str, str]) -> Origin:
    """The client that it tells of, if it does."""
    if not told:
        return origin
    known = {name: value for name, value in told.items() if value != UNAVAILABLE}
    if told.keys() - {_IDENT}:
        origin = Origin(
            name=known.get("NAME", UNKNOWN),
            address=known.get("ADDR", ""),
            port=int(known.get("PORT", "0")[:_MOST_DIGITS]),
            protocol=known.get("PROTO", ""),
            helo_name=known.get("HELO", ""),
            ident=origin.ident,
            is_local=known["SOURCE"] == "LOCAL" if "SOURCE" in known else origin.is_local,
        )
    return replace(origin, ident=known.get(_IDENT, origin.ident))


def client_facts(told: Mapping[str, str]) -> str:
    """What the log line `client=` says besides, in Postfix's words."""
    facts = f", orig_queue_id={told[_IDENT]}" if told.get(_IDENT, UNAVAILABLE) != UNAVAILABLE else ""
    if told.keys() - {_IDENT}:
        address = told.get("ADDR", UNAVAILABLE)
        name = told.get("NAME", UNAVAILABLE)
        shown = UNKNOWN if name == UNAVAILABLE else name
        facts += f", orig_client={shown}" + (f"[{address}]" if address != UNAVAILABLE else "")
    return facts
