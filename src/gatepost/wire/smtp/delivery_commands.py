"""The command lines sent to a next hop, all through one encoder, and what the hop said in EHLO that it can do.

Gives: `command_line`, the only place where a command becomes octets; the XFORWARD, MAIL and RCPT commands built on
it; Extensions, read from an EHLO or LHLO reply.

Refuses: any control character (CR, LF, NUL, DEL and the rest below space) anywhere in a command, and a line of more
than 2048 octets (Postfix's line_length_limit): the encoder gives None and nothing is sent. So no address, HELO name
or DSN parameter can bring a command of its own to the hop. An address whose local part is neither a dot-string nor
a quoted string is quoted; a domain with a space or with `<>"()\\,;` in it is refused; so no address can bring an
ESMTP parameter of its own either. A DSN parameter that is not one printable word is left out.

RFC: 5321 sections 4.1.1 and 4.1.2, 1870, 6152, 6531, 3461. Postfix: XFORWARD_README.
"""

import re
from dataclasses import dataclass

from gatepost.model.envelope import Origin, Recipient, Sender
from gatepost.model.localparts import quote_localpart
from gatepost.model.session import UNKNOWN
from gatepost.wire.smtp.delivery_replies import HopReply

COMMAND_LIMIT_OCTETS = 2048
XFORWARD_LINE_OCTETS = 512  # XFORWARD_README: a client splits its attributes so that no line is longer
XFORWARD_VALUE_OCTETS = 255  # XFORWARD_README: the longest value of NAME, HELO and IDENT
UNAVAILABLE_VALUE = "[UNAVAILABLE]"

_NO_OCTET = re.compile("[\ud800-\udc7f\udd00-\udfff]")  # surrogates that stand for no octet (PEP 383)
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_DOMAIN = re.compile(r'[^\s<>"(),;\\]*\Z')
_WORD = re.compile(r"[!-<>-~\u0080-\U0010ffff]+\Z")
_NOT_XTEXT = re.compile(rb"[^!-*,-<>-~]")


@dataclass(frozen=True, slots=True)
class Extensions:
    """What a hop offers. `size_limit_bytes` is 0 where it states none; `xforward` holds the attributes it takes."""

    has_pipelining: bool = False
    has_8bitmime: bool = False
    has_smtputf8: bool = False
    has_dsn: bool = False
    has_size: bool = False
    has_starttls: bool = False
    size_limit_bytes: int = 0
    xforward: frozenset[str] = frozenset()


def read_extensions(reply: HopReply) -> Extensions:
    """Read an EHLO or LHLO reply; its first line is the name of the hop, what is not known is passed over."""
    offered: dict[str, list[str]] = {}
    for line in reply.lines[1:]:
        words = line.decode("ascii", "replace").upper().split()
        if words:
            offered[words[0]] = words[1:]
    limit = (offered.get("SIZE") or ["0"])[0]
    return Extensions(
        has_pipelining="PIPELINING" in offered,
        has_8bitmime="8BITMIME" in offered,
        has_smtputf8="SMTPUTF8" in offered,
        has_dsn="DSN" in offered,
        has_size="SIZE" in offered,
        has_starttls="STARTTLS" in offered,
        size_limit_bytes=int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 20 else 0,
        xforward=frozenset(offered.get("XFORWARD", ())),
    )


def command_line(verb: str, *words: str) -> bytes | None:
    """Make the octets of one command. None: it holds a control character or is too long, and must not be sent."""
    text = " ".join((verb, *words))
    if _NO_OCTET.search(text):
        return None
    line = text.encode("utf-8", "surrogateescape")
    if _CONTROL.search(line) or len(line) > COMMAND_LIMIT_OCTETS:
        return None
    return line + b"\r\n"


def path(address: str) -> str | None:
    """Write an address between angle brackets, its local part quoted where it must be. None: it cannot be written."""
    local, at, domain = address.rpartition("@")
    if not at:
        local, domain = address, ""
    if not _DOMAIN.match(domain):
        return None
    written = quote_localpart(local) if address else ""
    return f"<{written}{at}{domain}>"


def is_safe(address: str) -> bool:
    """The address can be given to a hop or written into a header: no control character, a writable domain."""
    written = path(address)
    return written is not None and command_line("", written) is not None


def mail_command(sender: Sender, offered: Extensions) -> bytes | None:
    """MAIL FROM with those of the client's parameters that the hop takes. None: the sender cannot be written."""
    written = path(sender.address)
    if written is None:
        return None
    words = [f"FROM:{written}"]
    if offered.has_size and sender.size_bytes > 0:
        words.append(f"SIZE={sender.size_bytes}")
    if offered.has_8bitmime and sender.body == "8BITMIME":
        words.append("BODY=8BITMIME")
    if offered.has_smtputf8 and sender.is_smtputf8:
        words.append("SMTPUTF8")
    if offered.has_dsn:
        words += _parameters(("RET", sender.dsn_return), ("ENVID", sender.envelope_id))
    return command_line("MAIL", *words)


def recipient_command(recipient: Recipient, offered: Extensions) -> bytes | None:
    """RCPT TO, with NOTIFY and ORCPT where the hop offers DSN. None: the recipient cannot be written."""
    written = path(recipient.address)
    if written is None:
        return None
    words = [f"TO:{written}"]
    if offered.has_dsn:
        words += _parameters(("NOTIFY", recipient.notify), ("ORCPT", recipient.original))
    return command_line("RCPT", *words)


def _parameters(*parameters: tuple[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in parameters if _WORD.match(value)]


def dsn_parameters(sender: Sender, recipient: Recipient) -> tuple[str, ...]:
    """Name the DSN parameters that the client gave (for the log line that says they were dropped)."""
    given = (
        ("RET", sender.dsn_return),
        ("ENVID", sender.envelope_id),
        ("NOTIFY", recipient.notify),
        ("ORCPT", recipient.original),
    )
    return tuple(name for name, value in given if value)


def xtext(value: str) -> str:
    """Encode as RFC 3461 section 4 says: printable ASCII but `+` and `=` as is, every other octet as +XX."""
    octets = _NO_OCTET.sub("?", value).encode("utf-8", "surrogateescape")[:XFORWARD_VALUE_OCTETS]
    return _NOT_XTEXT.sub(lambda found: b"+%02X" % found[0][0], octets).decode("ascii")


def xforward_commands(origin: Origin, offered: Extensions) -> list[bytes]:
    """XFORWARD with the attributes that the hop takes, on as many lines as they need; none when it takes none."""
    if not offered.xforward:
        return []
    is_ipv6 = ":" in origin.address
    values = (
        ("NAME", "" if origin.name == UNKNOWN else origin.name),
        ("ADDR", f"IPV6:{origin.address}" if is_ipv6 else origin.address),
        ("PORT", str(origin.port) if origin.port else ""),
        ("PROTO", origin.protocol),
        ("HELO", origin.helo_name),
        ("IDENT", origin.ident),
        ("SOURCE", "LOCAL" if origin.is_local else "REMOTE"),
    )
    words = [f"{k}={xtext(v) if v else UNAVAILABLE_VALUE}" for k, v in values if k in offered.xforward]
    lines: list[list[str]] = []
    for word in words:
        if lines and len("XFORWARD " + " ".join([*lines[-1], word]) + "\r\n") <= XFORWARD_LINE_OCTETS:
            lines[-1].append(word)
        else:
            lines.append([word])
    made = (command_line("XFORWARD", *line) for line in lines)
    return [line for line in made if line is not None]
