"""Where a next hop is: the forms of `smtpd_proxy_filter` and of a transport(5) result, read once.

    host:port  [addr]:port  inet:host:port  10025  inet:10025  unix:path        SMTP (as smtpd_proxy_filter)
    smtp:[host]:port  smtp:[host]  smtp:unix:path  relay:[host]  smtp:inet:...     SMTP (as a transport; port 25)
    lmtp:inet:host:port  lmtp:unix:path  lmtp:host:port  lmtp:[host]               LMTP (port 24)

A port is a number or the name of a service. Without a host the hop is on 127.0.0.1. A relative Unix path is taken
from `queue_directory`, as Postfix does. No MX records are looked up for a next hop.

Raises: ValueError with a line for the administrator. `smtp:domain` without brackets is refused, because Postfix
would look up its MX hosts and Gatepost would not: `smtp:[host]` says what is meant.

Postfix: smtpd_proxy_filter, transport(5), lmtp_tcp_port.
"""

import re
import socket
from dataclasses import dataclass
from pathlib import Path

SMTP_PORT = 25  # RFC 5321 section 4.5.4.2
LMTP_PORT = 24  # Postfix: lmtp_tcp_port
LOCAL_HOST = "127.0.0.1"

_WELL_KNOWN_PORTS = {"smtp": SMTP_PORT, "lmtp": LMTP_PORT, "submission": 587}
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.:%-]*[A-Za-z0-9_.])?\Z|::[0-9A-Fa-f:.]*\Z")
_ENDPOINT = re.compile(r"(?:\[(?P<literal>[^\[\]]+)\]|(?P<host>[^\[\]:]*))(?::(?P<port>[^:\[\]]*))?\Z")
_FORMS = "write host:port, [address]:port, unix:path, smtp:[host]:port, lmtp:inet:host:port or lmtp:unix:path"


@dataclass(frozen=True, slots=True)
class HopAddress:
    """One next hop: `protocol` is "smtp" or "lmtp"; either `path` is set, or `host` and `port`."""

    protocol: str
    host: str = ""
    port: int = 0
    path: str = ""

    @property
    def is_lmtp(self) -> bool:
        """The hop speaks LMTP."""
        return self.protocol == "lmtp"

    def __str__(self) -> str:
        place = self.path or (f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}")
        return f"lmtp:{place}" if self.is_lmtp else place


def parse_hop_address(text: str, queue_directory: str = "/var/spool/postfix") -> HopAddress:
    """Read one of the forms above. Raises ValueError for any other."""
    rest = text.strip()
    transport, colon, after = rest.partition(":")
    is_transport = bool(colon) and transport in ("smtp", "relay", "lmtp") and not _is_port(after)
    protocol = "lmtp" if is_transport and transport == "lmtp" else "smtp"
    if is_transport:
        rest = after
    kind, colon, after = rest.partition(":")
    if colon and kind == "unix":
        return _unix(text, protocol, after, queue_directory)
    is_inet = bool(colon) and kind == "inet"
    found = _ENDPOINT.match(after if is_inet else rest)
    if found is None:
        raise ValueError(f"cannot read next hop {text!r}: {_FORMS}")
    if is_transport and transport != "lmtp" and not is_inet and found["host"]:
        raise ValueError(
            f"next hop {text!r} would need MX records, which are not looked up: write {transport}:[host]"
        )
    return _inet(text, protocol, found, may_lack_port=is_transport and not is_inet)


def _unix(text: str, protocol: str, path: str, queue_directory: str) -> HopAddress:
    if not path or "\0" in path:
        raise ValueError(f"next hop {text!r} has no path: write unix:/path/of/socket")
    return HopAddress(protocol, path=str(Path(queue_directory) / path))


def _inet(text: str, protocol: str, found: re.Match[str], *, may_lack_port: bool) -> HopAddress:
    host, port = found["literal"] or found["host"], found["port"]
    if port is None and _is_port(host) and not found["literal"]:
        host, port = "", host
    if port is None and may_lack_port:
        port = protocol
    if not port:
        raise ValueError(f"next hop {text!r} has no port: {_FORMS}")
    host = host.removeprefix("IPv6:") or LOCAL_HOST
    if not _HOST.match(host) or len(host) > 255:  # RFC 1035 section 2.3.4
        raise ValueError(f"next hop {text!r} has a bad host {host!r}: {_FORMS}")
    return HopAddress(protocol, host, _port_number(text, port))


def _is_port(word: str) -> bool:
    return word.isascii() and word.isdigit()


def _port_number(text: str, port: str) -> int:
    if _is_port(port):
        if len(port) > 5 or not 0 < int(port) < 65536:
            raise ValueError(f"next hop {text!r} has a bad port {port!r}: use 1 to 65535")
        return int(port)
    if port in _WELL_KNOWN_PORTS:
        return _WELL_KNOWN_PORTS[port]
    try:
        return socket.getservbyname(port, "tcp")
    except (OSError, ValueError):
        raise ValueError(f"next hop {text!r} has an unknown service {port!r}: use a port number") from None
