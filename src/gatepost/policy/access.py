"""What the answer of an access table means: access(5), in the order in which Postfix tries it.

The text on the right of an access table, and the action of a policy service, name an action; what is no action is a
list of restrictions, run in place of the look-up (postfix-semantics 4.4). Only digits, however many, permit.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
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
    Ok,
    Refuse,
    Restrictions,
    Verdict,
)
from gatepost.policy.asking import Asking
from gatepost.policy.subjects import Subject, rejection, repair_enhanced_code, subject_name

_ENHANCED = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_WORD = re.compile(r"([^ \t]*)[ \t]*(.*)", re.DOTALL)
_HEADER = re.compile(r"[!-9;-~]+:[^\r\n\0]*\Z")
CONFIGURATION_FAULT = "Server configuration error"
BEFORE_MAIL = frozenset({"CONNECT", "XCLIENT", "HELO", "EHLO", "ETRN"})
"""Stages without a message that an action could be about (smtpd_delay_reject = no)."""


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


def forbidden_ok(word: str) -> Refuse:
    """`451 4.3.5 Server configuration error`: an OK for what a client can forge would let it skip the list."""
    return configuration_fault(f"{word} may not answer OK: write DUNNO to make an exception")


def never_ok(verdict: Verdict, word: str) -> Verdict:
    """The verdict of a check that may refuse but not permit."""
    if isinstance(verdict, Ok):
        return forbidden_ok(word)
    return replace(verdict, forbids_ok=True) if isinstance(verdict, Restrictions) else verdict


def lookup_fault(session: Session, subject: Subject, complaint: str) -> Asking[Verdict]:
    """`451 4.3.0 <NAME>: Temporary lookup failure`: a list or map of ours could not be asked."""
    name = yield from subject_name(session, subject)
    return Refuse(Reply(451, "4.3.0", f"<{name}>: Temporary lookup failure"), is_fault=True, complaint=complaint)


def act_on(value: str, session: Session, subject: Subject) -> Asking[Verdict]:
    """The verdict that a table value stands for, its reply filled in for this subject."""
    action = parse_action(value, session.settings)
    if isinstance(action, Discard | Effect) and (session.sender is None or session.protocol_state in BEFORE_MAIL):
        return Dunno(f"an access table asks for {value!r} at {session.protocol_state}, before any message: ignored")
    if isinstance(action, Discard):
        name = yield from subject_name(session, subject)
        return Discard(f"<{name}>: {subject.value} {action.text or 'triggers DISCARD action'}")
    if isinstance(action, Restrictions):
        return Restrictions(action.text, subject)
    if not isinstance(action, Refusal):
        return action
    enhanced = repair_enhanced_code(action.enhanced, subject)
    reply = yield from rejection(session, subject, action.code, enhanced, action.text)
    return action.kind(reply)


def parse_action(value: str, settings: Settings) -> Action:
    """Read a table value. Never fails: what is no action is a list of restrictions.

    Blanks around a value are the table's to remove; where they are left (the reply of a policy server) a value that
    begins with one names no action.
    """
    codes = (settings.access_map_reject_code, settings.access_map_defer_code)
    return _parse(value, *codes)


@lru_cache(maxsize=4096)
def _parse(value: str, reject_code: int, defer_code: int) -> Action:
    word, text = _WORD.match(value).groups()  # type: ignore[union-attr]  # it matches every text
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
        return Dunno(f"PREPEND needs a header of one line (Name: text), not {text!r}: ignored")
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

ACTIONS = (*_SIMPLE, *_REFUSING)
"""Every action that has a name; a reply code, or only digits, need none."""
