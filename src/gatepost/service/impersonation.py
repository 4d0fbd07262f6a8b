"""XCLIENT carried out: who is at the other end after another has spoken for it.

What is not given stays as it was, but for the login, which is forgotten. NAME sets the reverse name too, unless
REVERSE_NAME comes after it. An address that is not known is the text `unknown`, which no network holds.

Postfix: XCLIENT_README.
"""

from dataclasses import dataclass

from gatepost.model.address import parse_ip
from gatepost.model.quick import quick
from gatepost.model.session import NO_ADDRESS, UNKNOWN, Client, ClientNames, NameStatus, SaslFacts
from gatepost.wire.smtp.attributes import UNAVAILABLE
from gatepost.wire.smtp.verbs.xclient import TEMPUNAVAIL

METHOD = "XCLIENT"
"""The SASL method of a login that another server has taken."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end, where it came in, and as whom it has logged in."""

    client: Client
    server_address: str
    server_port: int
    sasl: SaslFacts | None = None


def impersonated(peer: Peer, names: ClientNames, attributes: tuple[tuple[str, str], ...]) -> Peer:
    """The peer that a trusted client speaks for; `names` are those of the client itself."""
    client = peer.client
    address, port, login = client.address, client.port, ""
    server_address, server_port = peer.server_address, peer.server_port
    for attribute, value in attributes:
        match attribute:
            case "NAME":
                names = _named(names, value)
            case "REVERSE_NAME":
                names = ClientNames(names.name, names.name_status, *_status_of(value))
            case "ADDR":
                address = NO_ADDRESS if value == UNAVAILABLE else parse_ip(value)
            case "PORT":
                port = _port_of(value)
            case "LOGIN":
                login = "" if value == UNAVAILABLE else value
            case "DESTADDR":
                server_address = UNKNOWN if value == UNAVAILABLE else value
            case "DESTPORT":
                server_port = _port_of(value)
    sasl = SaslFacts(METHOD, login) if login else None
    spokesman = client.spokesman or client.address
    return Peer(Client(address, port, names, spokesman), server_address, server_port, sasl)


def _named(names: ClientNames, value: str) -> ClientNames:
    name, status = _status_of(value)
    if status is NameStatus.VERIFIED:
        return ClientNames(name, status, name, status)
    return ClientNames(name, status, names.reverse_name, names.reverse_status)


def _status_of(value: str) -> tuple[str, NameStatus]:
    if value == UNAVAILABLE:
        return UNKNOWN, NameStatus.PERMANENT
    if value == TEMPUNAVAIL:
        return UNKNOWN, NameStatus.TEMPORARY
    return value, NameStatus.VERIFIED


def _port_of(value: str) -> int:
    """Policy services hear `unknown` for 0."""
    return 0 if value == UNAVAILABLE else int(value[:MOST_DIGITS])


MOST_DIGITS = 18
"""Digits of a port that are read: more than any port has, and no burden to count with."""


quick(Peer)
