"""The Received: header that every message gets on its way through (RFC 5321 section 4.4).

Folded over three lines, each well under the 78 characters of RFC 5322 section 2.1.1 for ordinary names:

    Received: from HELO (NAME [ADDRESS])
        by MYHOSTNAME (MAIL_NAME) with ESMTP id IDENT
        for <RECIPIENT>; DATE

Without `for` the third line is the date; by QMQP the id stands before it there, as Postfix's qmqpd has it.

Every value is made harmless first: control characters, 8-bit octets outside SMTPUTF8, and parentheses, backslashes
and angle brackets where they would change the syntax become `?`, so that no client can write a header line here.
The recipient is named only when it is the only one, so that no recipient learns of another.

Gives: octets, CRLF at the end. The date is a text of the caller (RFC 5322 section 3.3).
RFC: 3848 and 6531 section 4.3 for the words after `with` (Postfix says UTF8SMTP). Postfix: mail_name, myhostname.
"""

import re

from gatepost.model.envelope import Origin
from gatepost.model.localparts import quote_address

MAX_VALUE = 255
"""Characters of one value that are kept: the longest host name (RFC 1035); keeps lines below 998 (RFC 5322)."""

_UNSAFE = re.compile(r"[^!-'*-;=?-\[\]-~]")
_UNSAFE_UNICODE = re.compile(r"[\x00-\x20\x7f-\x9f()<>\\\ud800-\udfff]")
_CONTROL = re.compile(r"[^ -~]")
_CONTROL_UNICODE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def received_header(
    origin: Origin,
    *,
    myhostname: str,
    mail_name: str,
    date: str,
    recipient: str = "",
    is_smtputf8: bool = False,
) -> bytes:
    """Build the header for a message from `origin`; `recipient` is the only one, or "" with none or several."""
    unsafe = _UNSAFE_UNICODE if is_smtputf8 else _UNSAFE

    def word(text: str) -> str:
        return unsafe.sub("?", text)[:MAX_VALUE] or "unknown"

    address = f"IPv6:{origin.address}" if ":" in origin.address else origin.address
    protocol = "UTF8SMTP" if is_smtputf8 else origin.protocol
    if protocol != "SMTP":
        protocol += "S" * origin.is_encrypted + "A" * origin.is_authenticated
    ident = f" id {word(origin.ident)}" if origin.ident else ""
    how, when = f"with {word(protocol)}", _CONTROL.sub("?", date)[:MAX_VALUE]
    if recipient:
        how, when = f"{how}{ident}", f"for <{_path(recipient, is_smtputf8=is_smtputf8)}>; {when}"
    elif ident and protocol == "QMQP":
        when = f"{ident.lstrip()}; {when}"
    else:
        how = f"{how}{ident};"
    lines = [
        f"Received: from {word(origin.helo_name or origin.name)} ({word(origin.name)} [{word(address)}])",
        *(f"\t{_line(line, is_smtputf8=is_smtputf8)}" for line in origin.tls_lines),
        *([f"\t(Authenticated sender: {word(origin.login)})"] if origin.login else []),
        f"\tby {word(myhostname)} ({word(mail_name)}) {how}",
        f"\t{when}",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _line(text: str, *, is_smtputf8: bool) -> str:
    """What TLS told: a comment whose parentheses are in order, with names out of a certificate in it."""
    return (_CONTROL_UNICODE if is_smtputf8 else _CONTROL).sub("?", text)


def _path(recipient: str, *, is_smtputf8: bool) -> str:
    """The recipient in quoted form; angle brackets stay only where quotes make them harmless."""
    control = _CONTROL_UNICODE if is_smtputf8 else _CONTROL
    safe = quote_address(control.sub("?", recipient)[: 2 * MAX_VALUE])
    return safe if safe.startswith('"') else re.sub(r"[<>()\\ ]", "?", safe)
