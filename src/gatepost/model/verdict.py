"""What a restriction can say (postfix-semantics: access(5), SMTPD_ACCESS_README).

Ok and Dunno steer the list; Refuse ends the evaluation; the two deferrals raise a flag; the rest are effects on
the message that leave the list running. How verdicts combine is known by policy/evaluate.py alone.
"""

from dataclasses import dataclass
from enum import Enum

from gatepost.model.quick import quick
from gatepost.model.reply import Reply


@dataclass(frozen=True, slots=True)
class Ok:
    """Permit: the rest of this list, and of this list only, is skipped. `complaint`, if any, goes to the log once."""

    complaint: str = ""


@dataclass(frozen=True, slots=True)
class Dunno:
    """No opinion: the next restriction is asked. `complaint`, if any, goes to the log once."""

    complaint: str = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Refuse with a finished reply (4xx or 5xx).

    `is_fault` marks our own mistakes (a broken configuration, a lookup that failed): warn_if_reject does not turn
    those into warnings. `complaint` is the line for the log that tells the administrator what to mend.
    """

    reply: Reply
    is_fault: bool = False
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class DeferIfPermit:
    """Raise the flag that turns a final permit into this 4xx reply; the first reason is kept."""

    reply: Reply
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class DeferIfReject:
    """Raise the flag that turns a later 5xx refusal into this 4xx reply; the first reason is kept.

    `permits`: it is an Ok besides, so the rest of the list is skipped; the flag stays up for the other list of relay
    and recipient restrictions.
    """

    reply: Reply
    complaint: str = ""
    permits: bool = False


@dataclass(frozen=True, slots=True)
class Hangup:
    """Close the connection without a reply (access(5) HANGUP)."""


@dataclass(frozen=True, slots=True)
class Discard:
    """Answer 250 and drop the message; no later list is run."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Write a line to the log (access(5) INFO and WARN); `severity` is "info" or "warn"."""

    severity: str
    text: str


@dataclass(frozen=True, slots=True)
class Effect:
    """A change to the message: `action` is PREPEND, REDIRECT, BCC, HOLD or FILTER, `value` its argument."""

    action: str
    value: str


@dataclass(frozen=True, slots=True)
class Restrictions:
    """An access table answered with restriction names: they are run in place of the look-up.

    `subject` is what their generic words (reject, defer …) speak of, a policy.subjects.Subject: what was looked up,
    not what the list is about. `stands_in`: they are run because a policy service gave no answer.
    `forbids_ok`: an OK of theirs is a mistake of ours, 451 4.3.5 (what the table was asked about can be forged).
    """

    text: str
    subject: Enum | None = None
    stands_in: bool = False
    forbids_ok: bool = False


Verdict = Ok | Dunno | Refuse | DeferIfPermit | DeferIfReject | Hangup | Discard | Note | Effect | Restrictions

OK = Ok()
DUNNO = Dunno()


quick(Refuse, DeferIfPermit)
