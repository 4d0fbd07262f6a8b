"""The protocol of Dovecot's auth socket, client's side, version 1: lines of fields that tabs part.

    from the server   VERSION 1 2 · MECH name properties … · SPID pid · CUID n · COOKIE hex · DONE
    from us           VERSION 1 1 · CPID pid                                  at once, without waiting
    from us           AUTH id mechanism service=smtp nologin [secured] lip=… rip=… … resp=BASE64
    from the server   CONT id BASE64 · OK id user=… · FAIL id [user=…] [temp] [reason=…]
    from us           CONT id BASE64

resp= comes last, for it ends the line. The characters tab, CR, LF, NUL and \\001 in a value are escaped by \\001.

Limits: a line 16 KiB (Dovecot's own is 8 KiB, Postfix's response limit 12 KiB); 100 mechanisms.
Gives: HandshakeDone, and Answered for each step of a login. Raises: ProtocolError for what cannot be understood.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gatepost.model.login import Challenge, LoggedIn, NoVerdict, Refused, Step
from gatepost.wire.sasl.mechanism import Mechanism, decode_base64, encode_base64

MOST_LINE_OCTETS = 16 * 1024
MOST_MECHANISMS = 100

_PROPERTIES = {
    "plaintext": "plaintext",
    "dictionary": "dictionary",
    "active": "active",
    "anonymous": "anonymous",
    "forward-secrecy": "forward_secrecy",
    "mutual-auth": "mutual_auth",
}
_UNESCAPED = {"0": "\0", "1": "\1", "t": "\t", "r": "\r", "n": "\n"}
_ESCAPES = str.maketrans({value: f"\1{letter}" for letter, value in _UNESCAPED.items()})


class ProtocolError(Exception):
    """The server said what this protocol has no room for."""


@dataclass(frozen=True, slots=True)
class HandshakeDone:
    """The server is ready; these are its mechanisms, private ones left out."""

    mechanisms: tuple[Mechanism, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """One step of the login with this number."""

    number: int
    step: Step


class DovecotReader:
    """Reads what the server sends, in any pieces."""

    __slots__ = ("_mechanisms", "_rest", "_version_is_known")

    def __init__(self) -> None:
        self._rest = b""
        self._version_is_known = False
        self._mechanisms: list[Mechanism] = []

    def receive(self, octets: bytes) -> Iterator[HandshakeDone | Answered]:
        """Take octets; give what they say. Raises ProtocolError."""
        *lines, self._rest = (self._rest + octets).split(b"\n")
        if len(self._rest) > MOST_LINE_OCTETS:
            raise ProtocolError("a line that is too long")
        for line in lines:
            event = self._read(line.decode("utf-8", "replace").split("\t"))
            if event is not None:
                yield event

    def _read(self, fields: list[str]) -> HandshakeDone | Answered | None:
        word, arguments = fields[0], fields[1:]
        match word:
            case "VERSION":
                if arguments[:1] != ["1"]:
                    raise ProtocolError(f"version {'.'.join(arguments)[:20]} of the protocol, not 1")
                self._version_is_known = True
            case "MECH" if arguments and len(self._mechanisms) < MOST_MECHANISMS:
                if "private" not in arguments[1:]:
                    properties = frozenset(_PROPERTIES[name] for name in arguments[1:] if name in _PROPERTIES)
                    self._mechanisms.append(Mechanism(arguments[0].upper(), properties))
            case "DONE":
                if not self._version_is_known:
                    raise ProtocolError("no VERSION before DONE")
                done = HandshakeDone(tuple(self._mechanisms))
                self._mechanisms = []
                return done
            case "CONT" | "OK" | "FAIL":
                return _answered(word, arguments)
        return None  # SPID, CUID, COOKIE, and whatever a later 1.x may add


def _answered(word: str, arguments: list[str]) -> Answered:
    if not arguments or not (arguments[0].isascii() and arguments[0].isdigit()):
        raise ProtocolError(f"{word} without a number")
    number = int(arguments[0])
    if word == "CONT":
        challenge = decode_base64("\t".join(arguments[1:]))
        if challenge is None:
            raise ProtocolError("CONT with a challenge that is no base64")
        return Answered(number, Challenge(challenge))
    values = dict(_split(argument) for argument in arguments[1:])
    username = values.get("user", "")
    if word == "OK":
        if not username:
            raise ProtocolError("OK without a user")
        return Answered(number, LoggedIn(username))
    kind = NoVerdict if "temp" in values else Refused
    return Answered(number, kind(values.get("reason", ""), username))


def _split(argument: str) -> tuple[str, str]:
    name, _, value = argument.partition("=")
    if "\1" in value:
        head, *parts = value.split("\1")
        value = head + "".join(_UNESCAPED.get(part[:1], part[:1]) + part[1:] for part in parts)
    return name, value


def greeting(pid: int) -> bytes:
    """What is said first. The number must be another one for each connection that is open."""
    return f"VERSION\t1\t1\nCPID\t{pid}\n".encode()


def auth_line(number: int, mechanism: str, facts: Mapping[str, str], response: bytes | None) -> bytes:
    """Begin a login. A fact without a value is a word alone (`nologin`, `secured`)."""
    parts = ["AUTH", str(number), mechanism]
    parts += [f"{name}={value.translate(_ESCAPES)}" if value else name for name, value in facts.items()]
    if response is not None:
        parts.append(f"resp={encode_base64(response) or '='}")
    return ("\t".join(parts) + "\n").encode()


def cont_line(number: int, response: bytes) -> bytes:
    """Go on with what the client answered."""
    return f"CONT\t{number}\t{encode_base64(response)}\n".encode()


def cancel_line(number: int) -> bytes:
    """The client has given up (protocol 1.1 and later)."""
    return f"CANCEL\t{number}\n".encode()
