"""The PROXY protocol, versions 1 and 2, as a pure reader: who the client behind a proxy is.

    reader = ProxyReader()
    told = reader.receive(octets)       None: more is needed; a Proxied; or a BadHeader. Any split of octets will do
    reader.rest                         what came behind the header

Nothing is told of a header before all of it is there. Gives, for LOCAL (a health check of the proxy's own), a Proxied
without addresses. Refuses, as Postfix does: UNKNOWN and UNSPEC, UDP, unix sockets, other versions and commands, ports
beyond 65535 or with a zero before them. TLVs behind the addresses are passed over. A version 1 line may end in a bare
LF and hold more words, as in Postfix.

Limit: HEADER_LIMIT octets for a whole header, as in Postfix; no more is kept.
Format: proxy-protocol.txt of HAProxy, sections 2.1 and 2.2. Postfix: smtpd_upstream_proxy_protocol.
"""

from dataclasses import dataclass

from gatepost.model.address import IPAddress, parse_ip
from gatepost.model.hostnames import is_host_address
from gatepost.wire.smtp.chat import ESCAPES

HEADER_LIMIT = 536
"""Octets: the smallest TCP segment there is, so a proxy's header always fits in its first (section 2)."""

SHOWN = 100
"""Octets of a bad header that are shown."""

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
_TEXT = b"PROXY "
_FIXED = 16  # signature, version and command, family and protocol, length
_LOCAL, _PROXY = 0, 1
_ADDRESS_SIZES = {0x11: 4, 0x21: 16}  # TCP over IPv4, TCP over IPv6


@dataclass(frozen=True, slots=True)
class Proxied:
    """A whole header. `client` and `server` are address and port; None: the proxy speaks for itself (LOCAL)."""

    client: tuple[IPAddress, int] | None = None
    server: tuple[IPAddress, int] | None = None


@dataclass(frozen=True, slots=True)
class BadHeader:
    """No header that can be used: why, in Postfix's words, and how it begins, with C escapes."""

    why: str
    shown: str


class ProxyReader:
    """Reads the header of one connection. After it has told something, it reads no more."""

    __slots__ = ("rest",)

    def __init__(self) -> None:
        self.rest = b""

    def receive(self, octets: bytes) -> Proxied | BadHeader | None:
        """Take octets; what is behind a header stays in `rest`."""
        self.rest += octets
        read = _read(self.rest)
        if isinstance(read, str):
            return BadHeader(read, self.rest[:SHOWN].decode("latin-1").translate(ESCAPES))
        if read is None:
            return None
        told, length = read
        self.rest = self.rest[length:]
        return told


def _read(octets: bytes) -> tuple[Proxied, int] | str | None:
    """The header and its length; or why there is none; None: it is not all there."""
    if octets.startswith(SIGNATURE):
        return _read_binary(octets)
    if octets.startswith(_TEXT):
        return _read_text(octets)
    is_beginning = SIGNATURE.startswith(octets) or _TEXT.startswith(octets)
    return None if is_beginning else "unrecognized protocol header"


def _read_text(octets: bytes) -> tuple[Proxied, int] | str | None:
    end = octets.find(b"\n", 0, HEADER_LIMIT)
    if end < 0:
        return "missing protocol header terminator" if len(octets) >= HEADER_LIMIT else None
    _, family, client, server, client_port, server_port, *_ = (*octets[:end].decode("latin-1").split(), *[""] * 6)
    if family not in ("TCP4", "TCP6"):
        return "bad or missing protocol type"
    told: list[tuple[IPAddress, int]] = []
    for whose, text, port_text in (("client", client, client_port), ("server", server, server_port)):
        address, port = _address(text, is_ipv6=family == "TCP6"), _port(port_text)
        if address is None:
            return f"bad or missing {whose} address"
        if port is None:
            return f"bad or missing {whose} port"
        told.append((address, port))
    return Proxied(*told), end + 1


def _address(text: str, *, is_ipv6: bool) -> IPAddress | None:
    if is_ipv6 != (":" in text) or not is_host_address(text):
        return None
    return parse_ip(text if is_ipv6 else ".".join(str(int(part)) for part in text.split(".")))


def _port(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 5) or (text[0] == "0" and text != "0"):
        return None
    return int(text) if int(text) <= 0xFFFF else None


def _read_binary(octets: bytes) -> tuple[Proxied, int] | str | None:
    if len(octets) < _FIXED:
        return None
    version, command = divmod(octets[12], 16)
    family = octets[13]
    length = _FIXED + int.from_bytes(octets[14:16], "big")
    if version != 2:
        return "unrecognized protocol version"
    if command not in (_LOCAL, _PROXY):
        return "bad command in proxy header"
    if length > HEADER_LIMIT:
        return "short version 2 protocol header"
    if command == _LOCAL:
        return (Proxied(), length) if len(octets) >= length else None
    size = _ADDRESS_SIZES.get(family)
    if size is None:
        return "unsupported network protocol"
    if length < _FIXED + 2 * size + 4:
        return "short address field"
    if len(octets) < length:
        return None
    return Proxied(*_endpoints(octets[_FIXED:], size)), length


def _endpoints(fields: bytes, size: int) -> tuple[tuple[IPAddress, int], tuple[IPAddress, int]]:
    ports = 2 * size
    client_port, server_port = (int.from_bytes(fields[at : at + 2], "big") for at in (ports, ports + 2))
    return (_from_octets(fields[:size]), client_port), (_from_octets(fields[size:ports]), server_port)


def _from_octets(octets: bytes) -> IPAddress:
    """As it is printed; an IPv4 address within IPv6 is IPv4."""
    if len(octets) == 4:
        return parse_ip(".".join(map(str, octets)))
    return parse_ip(":".join(octets[at : at + 2].hex() for at in range(0, 16, 2)))
