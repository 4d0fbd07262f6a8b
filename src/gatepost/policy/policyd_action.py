"""What the policy door answers: an outcome becomes one action of access(5) that every Postfix since 2.1 understands.

    refused                  `554 5.7.1 text`: always code, enhanced code and text (a bare `5.7.2` makes Postfix up to
                             3.10.8 read beyond its buffer: CVE-2026-43964)
    HANGUP, DISCARD text     as a table answered
    defer_if_permit raised   `DEFER_IF_PERMIT 4.7.1 text`, so that Postfix may still find a reason to refuse for good
    defer_if_reject raised   `DEFER_IF_REJECT 4.7.1 text`; with both up, which nothing can change any more, the 4xx
    an effect                PREPEND, FILTER, HOLD, REDIRECT or BCC, as a table answered
    WARN or INFO             as a table answered (INFO and BCC need Postfix 3.0)
    all else                 `DUNNO`

Permits answer DUNNO too. An OK would end the list of Postfix in which the question stands, and what that list still
holds behind it is not ours to skip: where it is reject_unauth_destination, an OK for a forged sender opens the relay.

An answer is one action. Of several, the first in this table is given, of several effects the one whose loss would
be worst; `lost` names the others. Postfix puts `<name>: Recipient address rejected: ` (or what its list is about)
before a refusal's text, so this prefix is left out where ours is the same.
"""

from dataclasses import dataclass

from gatepost.model.quick import quick
from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.model.verdict import Effect
from gatepost.policy.outcome import Outcome, finish
from gatepost.policy.policy_request import SUBJECTS
from gatepost.policy.subjects import CLASSES, Subject

DUNNO = "DUNNO"
EFFECTS = ("HOLD", "REDIRECT", "FILTER", "BCC", "PREPEND")
"""The worst to lose comes first."""


@dataclass(frozen=True, slots=True)
class PolicydAnswer:
    """`action` is what to send. `lost`: actions that found no room in it."""

    action: str
    is_refusal: bool = False
    lost: tuple[str, ...] = ()


def answer_to(outcome: Outcome, session: Session) -> PolicydAnswer:
    """The answer that this outcome of policyd_restrictions comes to."""
    refusal = outcome.refusal
    if refusal is None and outcome.softening is not None:
        refusal = outcome.deferral and finish(outcome.deferral, session.settings)
    if refusal is not None:
        return PolicydAnswer(_refusal(str(refusal.code), refusal, session), is_refusal=True)
    if outcome.hangs_up:
        return PolicydAnswer("HANGUP", is_refusal=True)
    if outcome.deferral is not None:
        reply = finish(outcome.deferral, session.settings)
        return PolicydAnswer(_refusal("DEFER_IF_PERMIT", reply, session), is_refusal=True)
    return _first([*_effects(outcome), *_softening(outcome, session), *_notes(outcome)])


def _refusal(how: str, reply: Reply, session: Session) -> str:
    enhanced = reply.enhanced if reply.enhanced.count(".") == 2 else f"{reply.code // 100}.7.1"
    text = _fit(reply.text.removeprefix(_prefix(session))).strip() or "Access denied"
    return f"{how} {enhanced} {text}"


def _prefix(session: Session) -> str:
    """What Postfix will put before the text by itself, for a list about the sender or the recipient."""
    subject = SUBJECTS[session.protocol_state]
    if subject is Subject.RECIPIENT:
        name = session.recipient
    else:
        name = session.sender if subject is Subject.SENDER else None
    return f"<{name}>: {CLASSES[subject]} rejected: " if name is not None else "\n"


def _effects(outcome: Outcome) -> list[str]:
    if outcome.discards:
        texts = [note.text for note in outcome.notes if note.kind == "discard"]
        return [_fit(f"DISCARD {' '.join(texts)}")]
    ordered = sorted(outcome.effects, key=_weight)
    return [_fit(f"{effect.action} {effect.value}".rstrip()) for effect in ordered]


def _weight(effect: Effect) -> int:
    return EFFECTS.index(effect.action)


def _softening(outcome: Outcome, session: Session) -> list[str]:
    if outcome.softening is None:
        return []
    return [_refusal("DEFER_IF_REJECT", finish(outcome.softening, session.settings), session)]


def _notes(outcome: Outcome) -> list[str]:
    return [
        _fit(f"{note.kind.upper()} {note.text}".rstrip()) for note in outcome.notes if note.kind in ("warn", "info")
    ]


def _first(actions: list[str]) -> PolicydAnswer:
    """The first action; the log says the notes that found no room, so only what would have been done is lost."""
    lost = tuple(action for action in actions[1:] if not action.startswith(("WARN", "INFO")))
    return PolicydAnswer(actions[0], lost=lost) if actions else PolicydAnswer(DUNNO)


def _fit(action: str) -> str:
    """One line of valid UTF-8: Postfix takes anything else for a failure of ours."""
    if action.isascii() and action.isprintable():
        return action
    text = "".join(letter if letter.isprintable() else " " for letter in action)
    return text.encode("utf-8", "replace").decode()


quick(PolicydAnswer)
