"""The service extensions: what EHLO offers, and the parameters of MAIL and RCPT that belong to them.

Offered: PIPELINING, SIZE, VRFY, ETRN, STARTTLS (where TLS is served and not yet on), AUTH (where clients may log in),
XCLIENT, XFORWARD (to whom they are allowed), ENHANCEDSTATUSCODES, 8BITMIME, DSN, SMTPUTF8, CHUNKING, in Postfix's
order, less what smtpd_discard_ehlo_keywords takes away.

Gives: the EHLO reply; Sender and Recipient parameters, or the refusal they deserve.
RFC: 1870 SIZE, 2034 ENHANCEDSTATUSCODES, 2920 PIPELINING, 3030 CHUNKING, 3461 DSN, 4954 section 5 (AUTH=),
6152 8BITMIME, 6531 SMTPUTF8.
"""

import re
from dataclasses import replace

from gatepost.model.envelope import Recipient, Sender
from gatepost.model.reply import Reply
from gatepost.wire.smtp.settings import SmtpSettings

MULTIPLE_AUTH = Reply(503, "5.5.4", "Error: multiple AUTH= options")
BAD_SIZE = Reply(501, "5.5.4", "Bad message size syntax")
SIZE_OVERFLOW = Reply(552, "5.3.4", "Message size exceeds file system imposed limit")
TOO_BIG = Reply(552, "5.3.4", "Message size exceeds fixed limit")
NO_DSN = Reply(501, "5.7.1", "DSN support is disabled")
BAD_RET = Reply(501, "5.5.4", "Bad RET parameter syntax")
BAD_ENVID = Reply(501, "5.5.4", "Bad ENVID parameter syntax")
BAD_NOTIFY = Reply(501, "5.5.4", "Error: Bad NOTIFY parameter syntax")
BAD_ORCPT = Reply(501, "5.5.4", "Error: Bad ORCPT parameter syntax")

MAX_OFFSET = 2**63 - 1
"""The largest size that can be told apart: a signed 64-bit file offset."""

_XTEXT = re.compile(r"(?:[^+\x00-\x20\x7f]|\+[0-9A-Fa-f]{2})*")
_UXTEXT = re.compile(r"(?:[^\\\x00-\x20\x7f]|\\(?!x\{)|\\x\{[0-9A-Fa-f]{2,6}\})*")
_ENCODED = re.compile(r"\+([0-9A-Fa-f]{2})")
_UNPRINTABLE = re.compile(r"[^ -~]")
_NOTIFY_WORDS = frozenset({"NEVER", "SUCCESS", "FAILURE", "DELAY"})


XCLIENT_OFFER = "XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT"
"""The keyword and its attributes (XCLIENT_README)."""

XFORWARD_OFFER = "XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT"
"""The keyword and its attributes (XFORWARD_README)."""


def ehlo_reply(
    settings: SmtpSettings,
    *,
    with_xclient: bool = False,
    with_xforward: bool = False,
    with_starttls: bool = False,
    auth: str = "",
) -> bytes:
    """The octets of the whole answer to EHLO.

    `with_xclient`, `with_xforward`: to a client that may speak for others, or tell of them; `with_starttls`: TLS is
    served, and not yet on.
    """
    limit = settings.message_size_limit
    offered = [
        ("pipelining", "PIPELINING", True),
        ("size", f"SIZE {limit}" if limit else "SIZE", True),
        ("vrfy", "VRFY", not settings.disable_vrfy_command),
        ("etrn", "ETRN", True),
        ("starttls", "STARTTLS", with_starttls),
        ("auth", f"AUTH {auth}", bool(auth)),
        ("auth", f"AUTH={auth}", bool(auth) and settings.broken_sasl_auth_clients),
        ("xclient", XCLIENT_OFFER, with_xclient),
        ("xforward", XFORWARD_OFFER, with_xforward),
        ("enhancedstatuscodes", "ENHANCEDSTATUSCODES", True),
        ("8bitmime", "8BITMIME", True),
        ("dsn", "DSN", True),
        ("smtputf8", "SMTPUTF8", settings.smtputf8_enable),
        ("chunking", "CHUNKING", True),
    ]
    discarded = settings.smtpd_discard_ehlo_keywords
    lines = [settings.myhostname]
    lines += [line for keyword, line, is_on in offered if is_on and keyword not in discarded]
    return Reply(250, "", "\n".join(lines)).to_wire()


def read_mail_parameters(sender: Sender, words: list[str], settings: SmtpSettings) -> Sender | Reply:
    """Read what follows the path of MAIL: the sender with its parameters, or a refusal."""
    discarded = settings.smtpd_discard_ehlo_keywords
    for word in words:
        name, _, value = word.partition("=")
        name = name.upper()
        refusal = None
        if name == "SIZE" and "=" in word:
            refusal = _size_refusal(value)
            if refusal is None:
                sender = replace(sender, size_bytes=int(value))
        elif name == "BODY" and value.upper() in ("7BIT", "8BITMIME"):
            sender = replace(sender, body=value.upper())
        elif word.upper() == "SMTPUTF8" and settings.smtputf8_enable and "smtputf8" not in discarded:
            sender = replace(sender, is_smtputf8=True)
        elif name == "AUTH" and "=" in word:
            refusal = MULTIPLE_AUTH if sender.submitter else None
            sender = replace(sender, submitter="" if value == "<>" else _UNPRINTABLE.sub("?", value))
        elif name == "RET" and "=" in word:
            refusal = _dsn_refusal(settings, BAD_RET, ok=value.upper() in ("FULL", "HDRS") and not sender.dsn_return)
            sender = replace(sender, dsn_return=value.upper())
        elif name == "ENVID" and "=" in word:
            refusal = _dsn_refusal(settings, BAD_ENVID, ok=_is_printable_xtext(value) and not sender.envelope_id)
            sender = replace(sender, envelope_id=value)
        else:
            refusal = unsupported(word)
        if refusal is not None:
            return refusal
    if settings.message_size_limit and sender.size_bytes > settings.message_size_limit:
        return TOO_BIG
    return sender


def read_rcpt_parameters(recipient: Recipient, words: list[str], settings: SmtpSettings) -> Recipient | Reply:
    """Read what follows the path of RCPT: the recipient with its parameters, or a refusal."""
    for word in words:
        name, _, value = word.partition("=")
        name = name.upper()
        if name == "NOTIFY" and "=" in word:
            refusal = _dsn_refusal(settings, BAD_NOTIFY, ok=is_notify(value) and not recipient.notify)
            recipient = replace(recipient, notify=value)
        elif name == "ORCPT" and "=" in word:
            refusal = _dsn_refusal(settings, BAD_ORCPT, ok=_is_original(value) and not recipient.original)
            recipient = replace(recipient, original=value)
        else:
            refusal = unsupported(word)
        if refusal is not None:
            return refusal
    return recipient


def unsupported(word: str) -> Reply:
    """The refusal of a parameter that nobody offered."""
    return Reply(555, "5.5.4", f"Unsupported option: {word}")


def is_notify(value: str) -> bool:
    """NEVER alone, or some of SUCCESS, FAILURE and DELAY (RFC 3461 section 4.1)."""
    words = {word for word in value.upper().split(",") if word}
    return bool(words) and words <= _NOTIFY_WORDS and ("NEVER" not in words or len(words) == 1)


def _size_refusal(value: str) -> Reply | None:
    """Judge the value of SIZE=: digits, and a number that a file can have."""
    if not (value.isascii() and value.isdigit()):
        return BAD_SIZE
    return SIZE_OVERFLOW if len(value.lstrip("0")) > 19 or int(value) > MAX_OFFSET else None


def _dsn_refusal(settings: SmtpSettings, bad: Reply, *, ok: bool) -> Reply | None:
    if "dsn" in settings.smtpd_discard_ehlo_keywords:
        return NO_DSN
    return None if ok else bad


def _is_printable_xtext(value: str) -> bool:
    """Well-formed xtext that stands for printable characters only, one at least (RFC 3461 section 4.4)."""
    if not value or not _XTEXT.fullmatch(value):
        return False
    plain = _ENCODED.sub(lambda match: chr(int(match.group(1), 16)), value)
    return plain.isprintable()


def _is_original(value: str) -> bool:
    """`type;address` with the address in xtext, or in utf-8-addr-xtext for the type utf-8 (RFC 6533)."""
    kind, semicolon, address = value.partition(";")
    if not kind or not semicolon:
        return False
    pattern = _UXTEXT if kind.lower() == "utf-8" else _XTEXT
    return pattern.fullmatch(address) is not None
