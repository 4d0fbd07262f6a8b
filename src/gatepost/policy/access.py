"""What the answer of an access table means: access(5), in the order in which Postfix tries it.

The text on the right of an access table, and the action of a policy service, name an action; what is no action is a
list of restrictions, run in place of the look-up (postfix-semantics 4.4). Only digits, however many, permit.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.model.settings import Settings
from gatepost.model.verdict import (
    DUNNO,
    OK,
    DeferIfPermit,
    DeferIfReject,
    Discard,
    Dunno,
    Effect,
    Hangup,
    Note,
    Refuse,
    Restrictions,
    Verdict,
)
from gatepost.policy.asking import Asking
from gatepost.policy.subjects import Subject, rejection, repair_enhanced_code, subject_name

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_HEADER = re.compile(r"[!-9;-~]+:")
CONFIGURATION_FAULT = "Server configuration error"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An action that ends in a reply: how, with which code, enhanced code and words."""

    kind: Callable[[Reply], Verdict]
    code: int
    enhanced: str
    text: str


Action = Refusal | Verdict


def configuration_fault(complaint: str) -> Refuse:
    """`451 4.3.5 Server configuration error`: our own mistake, which warn_if_reject does not hide."""
    return Refuse(Reply(451, "4.3.5", CONFIGURATION_FAULT), is_fault=True, complaint=complaint)


def lookup_fault(session: Session, subject: Subject, complaint: str) -> Asking[Verdict]:
    """`451 4.3.0 <NAME>: Temporary lookup failure`: a list or map of ours could not be asked."""
    name = yield from subject_name(session, subject)
    return Refuse(Reply(451, "4.3.0", f"<{name}>: Temporary lookup failure"), is_fault=True, complaint=complaint)


def act_on(value: str, session: Session, subject: Subject) -> Asking[Verdict]:
    """The verdict that a table value stands for, its reply filled in for this subject."""
    action = parse_action(value, session.settings)
    if not isinstance(action, Refusal):
        return action
    enhanced = repair_enhanced_code(action.enhanced, subject)
    reply = yield from rejection(session, subject, action.code, enhanced, action.text)
    return action.kind(reply)


def parse_action(value: str, settings: Settings) -> Action:
    """Read a table value. Never fails: what is no action is a list of restrictions."""
    codes = (settings.access_map_reject_code, settings.access_map_defer_code)
    return _parse(value.strip(" \t\r\n"), *codes)


@lru_cache(maxsize=4096)
def _parse(value: str, reject_code: int, defer_code: int) -> Action:
    word, *rest = value.split(None, 1) or [""]
    text = rest[0] if rest else ""
    upper = word.upper()
    if upper in _SIMPLE:
        return _SIMPLE[upper](text)
    if upper in _REFUSING:
        kind, default_text, is_reject = _REFUSING[upper]
        code = reject_code if is_reject else defer_code
        return _refusal(kind, code, "5.7.1" if is_reject else "4.7.1", text or default_text, default_text)
    if value.isdigit() and value.isascii():
        return OK
    if _is_reply_code(word) and text:
        return _refusal(Refuse, int(word), f"{word[0]}.7.1", text, "Access denied")
    if ":" in value:
        return configuration_fault(f"an access table may not name another table: {value!r}")
    return Restrictions(value)


def _is_reply_code(word: str) -> bool:
    return len(word) == 3 and word.isdigit() and word.isascii() and word[0] in "45"


def _refusal(kind: Callable[[Reply], Verdict], code: int, enhanced: str, text: str, default_text: str) -> Refusal:
    match = _ENHANCED.match(text)
    if match:
        enhanced, text = match.group(1), text[match.end() :]
    return Refusal(kind, code, enhanced, text or default_text)


def _prepend(text: str) -> Verdict:
    if not _HEADER.match(text):
        return Dunno(f"PREPEND needs a header (Name: text), not {text!r}: ignored")
    return Effect("PREPEND", text)


def _address_effect(action: str) -> Callable[[str], Verdict]:
    def effect(text: str) -> Verdict:
        if "@" not in text:
            return Dunno(f"{action} needs a mail address, not {text!r}: ignored")
        return Effect(action, text)

    return effect


def _filter(text: str) -> Verdict:
    if ":" not in text:
        return Dunno(f"FILTER needs transport:destination, not {text!r}: ignored")
    return Effect("FILTER", text)


_SIMPLE: dict[str, Callable[[str], Verdict]] = {
    "DUNNO": lambda text: DUNNO,  # noqa: ARG005 - one signature for the whole table
    "HANGUP": lambda text: Hangup(),  # noqa: ARG005 - one signature for the whole table
    "INFO": lambda text: Note("info", text),
    "WARN": lambda text: Note("warn", text),
    "FILTER": _filter,
    "HOLD": lambda text: Effect("HOLD", text),
    "DISCARD": Discard,
    "REDIRECT": _address_effect("REDIRECT"),
    "BCC": _address_effect("BCC"),
    "PREPEND": _prepend,
    "OK": lambda text: OK,  # noqa: ARG005 - one signature for the whole table
    "RELAY": lambda text: OK,  # noqa: ARG005 - one signature for the whole table
}

_REFUSING: dict[str, tuple[Callable[[Reply], Verdict], str, bool]] = {
    "REJECT": (Refuse, "Access denied", True),
    "DEFER": (Refuse, "Access denied", False),
    "DEFER_IF_PERMIT": (DeferIfPermit, "Service unavailable", False),
    "DEFER_IF_REJECT": (DeferIfReject, "Service unavailable", False),
}
