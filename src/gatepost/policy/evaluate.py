"""How verdicts combine: the evaluation of a plan, and nothing else knows the rules (postfix-semantics 3.2 to 3.5).

An evaluation is a pure machine. advance() runs until it has an Outcome or must wait; then `unsent` holds the
questions to send, and receive() takes their answers (under_way.py). What needs no waiting `instant` answers.

Looking ahead. While the restriction whose turn it is waits for a question that may be asked early, the restrictions
behind it are started too, each once, and their early questions sent; but verdicts are committed strictly in order,
so the outcome is that of asking one by one. A local permit lets it jump to the next list, a local refusal ends it,
and behind a restriction that usually refuses (habits.py) nothing is asked ahead.
"""

from dataclasses import replace

from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.model.verdict import (
    DUNNO,
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
from gatepost.policy.access import configuration_fault, forbidden_ok
from gatepost.policy.asking import Asking
from gatepost.policy.deferrals import Deferrals
from gatepost.policy.habits import Habits
from gatepost.policy.language.parse import ignore_finding, parse_list
from gatepost.policy.language.plan import Boundary, Plan, Step
from gatepost.policy.outcome import LogNote, Outcome, finish
from gatepost.policy.questions import NAME_QUESTIONS
from gatepost.policy.registry import unmet_needs
from gatepost.policy.subjects import Subject
from gatepost.policy.under_way import Instant, Started, UnderWay
from gatepost.policy.witness import Passed, Witness

MOST_EXPANSIONS = 100
"""How often access tables may answer with restrictions in one evaluation (Postfix: recursion limit)."""


class Evaluation(UnderWay):
    """One run of a plan over one session's facts.

    `deferrals` are those of the session. `is_discarded`: the message is dropped, no restriction is run, and all that
    counts is what was deferred before. `witness`, where given, hears what is done with each restriction, in order.
    """

    __slots__ = (
        "_ahead",
        "_carried_reject",
        "_complaints",
        "_deferral",
        "_deferrals",
        "_discards",
        "_effects",
        "_expansions",
        "_habits",
        "_looks_ahead",
        "_notes",
        "_plan",
        "_session",
        "_steps",
        "_unmet",
        "_witness",
        "outcome",
    )

    def __init__(
        self,
        plan: Plan,
        session: Session,
        instant: Instant,
        *,
        deferrals: Deferrals | None = None,
        is_discarded: bool = False,
        habits: Habits | None = None,
        witness: Witness | None = None,
    ) -> None:
        super().__init__(instant)
        self.outcome: Outcome | None = None
        self._plan = plan
        self._session = session
        self._habits = habits
        self._witness = witness
        self._looks_ahead = session.settings.smtpd_look_ahead
        self._steps = plan.steps
        self._unmet = unmet_needs(session)
        self._ahead = 0
        self._deferrals = deferrals or Deferrals()
        self._deferral: Reply | None = None
        self._carried_reject: Reply | None = None
        self._expansions = 0
        self._discards = is_discarded
        self._effects: list[Effect] = []
        self._notes: list[LogNote] = []
        self._complaints: list[str] = []

    # -- what the driver calls

    def advance(self) -> Outcome | None:
        """Run as far as possible. None: waiting; send what is in `unsent` (and empty it), then receive()."""
        if self.outcome is not None:
            return self.outcome
        if self._position == 0 and self._plan.exempts and _is_exempt(self._session):
            return self._end(Outcome(), Passed.EXEMPT)
        while (position := self._position) < len(self._steps):
            step = self._steps[position]
            if isinstance(step, Boundary):
                if step.stops_at_deferral and self._deferral is not None and self._plan.applies_deferral:
                    break
                if step.clears_defer_if_reject:
                    self._carried_reject = None
                self._begin_list(step)
                continue
            started = self._started.get(position)
            verdict = self._begin(position, step) if started is None else started.verdict
            if verdict is None:
                self._wait()
                return None
            self._position = position + 1
            outcome = None
            if verdict is not DUNNO or self._carried_reject is not None or self._witness is not None:
                outcome = self._commit(step, _allowed(step, verdict))
            if started is not None:
                del self._started[position]
                if self._habits is not None and started.generator is not None:
                    self._habits.note(step.word, has_refused=outcome is not None)
            if outcome is not None:
                return self._end(outcome)
        return self._end(self._permit())

    # -- starting restrictions

    def _begin(self, position: int, step: Step) -> Verdict | None:
        """Begin the restriction of a step: its verdict, or None where it waits (it is then in `_started`)."""
        if step.needs in self._unmet:
            return DUNNO
        if not step.asks:
            verdict: Verdict = step.function(self._session, step.argument)
            return verdict
        generator: Asking[Verdict] = step.function(self._session, step.argument)
        if self._witness is not None:
            generator = self._witness.watch(step, generator)
        return self._start(position, generator)

    # -- waiting, and looking ahead meanwhile

    def _wait(self) -> None:
        current, step = self._started[self._position], self._steps[self._position]
        self._send(current, only_early=False)
        if not self._looks_ahead or not isinstance(current.question, NAME_QUESTIONS):
            return
        if isinstance(step, Step) and not self._holds_back_behind(step):
            self._look_ahead()

    def _holds_back_behind(self, step: Step) -> bool:
        return self._habits is not None and self._habits.usually_refuses(step.word)

    def _look_ahead(self) -> None:
        """Start what stands behind the current step, from where the last look ended."""
        steps = self._steps
        position = max(self._ahead, self._position + 1)
        while position < len(steps):
            step = steps[position]
            if isinstance(step, Boundary):
                position = self._enter(position, step)
                continue
            if position in self._started:
                position += 1
                continue
            verdict = self._begin(position, step)
            if verdict is None:
                self._send(self._started[position], only_early=True)
                position += 1
                if self._holds_back_behind(step):
                    break
            else:
                self._started[position] = Started(position, None, verdict)
                position = position + 1 if verdict is DUNNO else self._after(position, step, verdict)
        self._ahead = position

    def _after(self, position: int, step: Step, verdict: Verdict) -> int:
        """Where the look-ahead goes on after a step: on, to the next list, or nowhere."""
        if isinstance(verdict, Ok):
            return self._next_list(position)
        if isinstance(verdict, _ENDING) and not step.is_warning:
            return len(self._steps)
        return position + 1

    def _begin_list(self, boundary: Boundary) -> None:
        if boundary.begins_from is not None and boundary.needs not in self._unmet:
            self._deferral = self._deferrals.begin(boundary.list_name, boundary.begins_from, self._deferral)
        if self._discards:
            self._pass_over(self._next_list(self._position + 1), Passed.DECIDED)
            return
        if self._witness is not None:
            self._witness.entered(boundary)
        first = self._enter(self._position, boundary)
        self._position += 1
        if first > self._position:
            self._pass_over(first, Passed.UNKNOWN)

    def _pass_over(self, position: int, why: Passed) -> None:
        """Go on there: what lies between is not run."""
        if self._witness is not None and position > self._position:
            self._witness.passed_over(self._steps[self._position : position], why)
        self._position = position

    def _enter(self, position: int, boundary: Boundary) -> int:
        """The first step of a list, or the next list where this one is about something not known yet."""
        return self._next_list(position + 1) if boundary.needs in self._unmet else position + 1

    def _next_list(self, start: int) -> int:
        steps = self._steps
        return next((at for at in range(start, len(steps)) if isinstance(steps[at], Boundary)), len(steps))

    # -- combining verdicts

    def _commit(self, step: Step, verdict: Verdict) -> Outcome | None:
        """Let one verdict take effect; an Outcome where it ends the evaluation."""
        if self._witness is not None:
            self._witness.committed(step, verdict)
        if isinstance(verdict, Dunno):
            if verdict.complaint:
                self._complaints.append(verdict.complaint)
        elif isinstance(verdict, Ok):
            if verdict.complaint:
                self._complaints.append(verdict.complaint)
            self._pass_over(self._next_list(self._position), Passed.PERMITTED)
        elif isinstance(verdict, Refuse):
            outcome = self._refuse(step, verdict)
            if outcome is not None:
                return outcome
        elif isinstance(verdict, Restrictions):
            return self._expand(step, verdict)
        elif isinstance(verdict, DeferIfPermit | DeferIfReject):
            self._raise_flag(step, verdict)
        elif isinstance(verdict, Effect):
            self._effects.append(verdict)
        elif isinstance(verdict, Note):
            self._notes.append(LogNote(verdict.severity, verdict.text))
        elif isinstance(verdict, Discard):
            self._discards = True
            self._notes.append(LogNote("discard", verdict.text))
            self._pass_over(self._next_list(self._position), Passed.DECIDED)
        else:
            return self._outcome(hangs_up=True, decided_by=step.word)
        if self._deferral is not None and self._carried_reject is not None:
            self._pass_over(self._next_list(self._position), Passed.BOTH_DEFERRALS)
        return None

    def _refuse(self, step: Step, verdict: Refuse) -> Outcome | None:
        if verdict.complaint:
            self._complaints.append(verdict.complaint)
        settings = self._session.settings
        reply = verdict.reply
        if step.is_warning and not verdict.is_fault:
            self._notes.append(LogNote("reject_warning", str(finish(reply, settings))))
            return None
        return self._outcome(refusal=finish(self._softened(reply), settings), decided_by=step.word)

    def _softened(self, reply: Reply) -> Reply:
        """A 5xx gives way to a raised defer_if_reject; a deferral is one under access_map_defer_code = 550."""
        return self._carried_reject if self._carried_reject is not None and reply.code >= 500 else reply

    def _raise_flag(self, step: Step, verdict: DeferIfPermit | DeferIfReject) -> None:
        if verdict.complaint:
            self._complaints.append(verdict.complaint)
        if isinstance(verdict, DeferIfReject):
            self._carried_reject = self._carried_reject or verdict.reply
            if verdict.permits:
                self._pass_over(self._next_list(self._position), Passed.PERMITTED)
        elif step.is_warning:
            self._notes.append(LogNote("reject_warning", str(finish(verdict.reply, self._session.settings))))
        elif self._deferral is None:
            self._deferral = self._deferrals.reason = verdict.reply

    def _expand(self, step: Step, verdict: Restrictions) -> Outcome | None:
        """Put the restrictions that a table named in the place of the look-up."""
        self._expansions += 1
        if self._expansions > MOST_EXPANSIONS:
            return self._refuse(step, configuration_fault(f"access tables name one another without end: {step.word}"))
        classes = self._session.settings.restriction_classes
        subject = verdict.subject if isinstance(verdict.subject, Subject) else step.kind.subject
        kind = replace(step.kind, subject=subject, stands_in=step.kind.stands_in or verdict.stands_in)
        if verdict.forbids_ok:
            kind = replace(kind, forbids_ok=True)
        added = parse_list(verdict.text, kind, classes, ignore_finding)
        if step.is_warning:
            added = tuple(replace(each, is_warning=True) for each in added)
        if self._witness is not None:
            self._witness.expanded(step, added)
        at, count = self._position, len(added)
        self._steps = self._steps[:at] + added + self._steps[at:]
        self._shift(at, count)
        self._ahead = self._ahead + count if self._ahead > at else self._ahead
        return None

    def _permit(self) -> Outcome:
        """Nothing refused: a raised defer_if_permit refuses now, where the stage is one that looks at it."""
        if self._deferral is not None and self._plan.applies_deferral:
            reply = self._softened(self._deferral)
            return self._outcome(refusal=finish(reply, self._session.settings), decided_by="defer_if_permit")
        return self._outcome()

    def _outcome(self, *, refusal: Reply | None = None, hangs_up: bool = False, decided_by: str = "") -> Outcome:
        return Outcome(
            refusal,
            hangs_up,
            self._discards,
            tuple(self._effects),
            tuple(self._notes),
            tuple(self._complaints),
            self._deferral,
            decided_by,
            self._carried_reject,
        )

    def _end(self, outcome: Outcome, why: Passed = Passed.DECIDED) -> Outcome:
        self.outcome = outcome
        self._deferrals.end(self._deferral)
        self._pass_over(len(self._steps), why)
        if self._started:
            self.close()
        self.unsent.clear()
        return outcome


_ENDING = (Refuse, Hangup, Discard)


def _allowed(step: Step, verdict: Verdict) -> Verdict:
    """The verdict, but where an Ok may not be one."""
    if not step.kind.forbids_ok:
        return verdict
    permits = isinstance(verdict, Ok) or (isinstance(verdict, DeferIfReject) and verdict.permits)
    return forbidden_ok(step.word) if permits else verdict


def _is_exempt(session: Session) -> bool:
    """The bare word postmaster, and at RCPT our own address verification sender (postfix-semantics 3.3)."""
    recipient = (session.recipient or "").lower()
    if recipient == "postmaster":
        return True
    return session.protocol_state == "RCPT" and recipient == session.settings.address_verify_sender.lower()
