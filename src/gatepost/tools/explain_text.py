"""An explanation for people: what was asked, list by list, at a glance; the verdict last, where a terminal shows it.

The first column says what each restriction said: dunno, OK, REJECT, DEFER; `flag` raises defer_if_permit or
defer_if_reject; `warn` would refuse but for warn_if_reject; `skip` is about something that the client has not said;
`?` was not asked. File names are relative to the configuration directory.
"""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from gatepost.model.session import UNKNOWN
from gatepost.model.verdict import (
    DUNNO,
    DeferIfPermit,
    DeferIfReject,
    Discard,
    Effect,
    Hangup,
    Note,
    Ok,
    Refuse,
    Restrictions,
    Verdict,
)
from gatepost.policy.outcome import finish
from gatepost.policy.questions import ClientName
from gatepost.policy.witness import Passed
from gatepost.tools.explain import Decision, Explanation
from gatepost.tools.inquiries import FOUND, NOT_ASKED, UNAVAILABLE, Inquiry
from gatepost.tools.trace import Asked, ListTrace, StageTrace, Status, StepTrace
from gatepost.tools.what_is_left import summary

Style = Callable[[str, str], str]
"""(text, role) to text. Roles: heading, good, bad, later, aside, plain."""

UNLIMITED = 10_000
"""Columns of output that is no terminal: programs that read it want whole lines."""

SHOWN_KEYS = 2
"""Keys of a table that knows none of them."""


@dataclass(slots=True)
class Page:
    """Writes one explanation, a line at a time."""

    explanation: Explanation
    style: Style
    width: int = UNLIMITED
    _column: int = 0
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def lines(self) -> Iterator[str]:
        """Every line."""
        yield self._facts()
        lists = [each for stage in self.explanation.stages if stage.steps for each in stage.lists]
        empty = [each.boundary.list_name for each in lists if not each.steps]
        yield from self._wrapped(f"empty: {', '.join(empty)}" if empty else "", "aside", "")
        for stage in self.explanation.stages:
            if stage.where in ("DATA", "END-OF-MESSAGE") and not stage.steps:
                continue
            yield from self._stage(stage)
        yield ""
        yield from self._verdict()

    def _facts(self) -> str:
        facts, names = self.explanation.facts, self.explanation.client_names
        label = f"{names.name if names else ''}[{facts.client.text}]"
        if names and names.name == UNKNOWN and names.reverse_name != UNKNOWN:
            label += f" ({names.reverse_name} does not lead back)"
        parts = [f"client {label}", f"helo={facts.helo_name}" if facts.helo_name is not None else "no HELO"]
        parts += [f"from=<{facts.sender}>", f"to=<{facts.recipient}>"]
        parts += [f"login={facts.sasl_username}"] if facts.sasl_username else []
        parts += ["TLS"] if facts.is_tls else []
        return "  ".join(parts)

    def _stage(self, stage: StageTrace) -> Iterator[str]:
        if len([each for each in self.explanation.stages if each.steps]) > 1 and stage.steps:
            yield ""
            yield self.style(f"at {stage.where}", "heading")
        if stage.outcome is not None and stage.steps and all(s.why is Passed.EXEMPT for s in stage.steps):
            yield f"  {self.style('OK', 'good')}      {Passed.EXEMPT.value} (postmaster, address verification)"
            return
        shown = [step for step in stage.steps if step.status is not Status.NOT_REACHED]
        widest = self.width // 2
        self._column = max((len(self._word(s)) for s in shown if len(self._word(s)) <= widest), default=0)
        for each in stage.lists:
            if each.is_reached and each.steps:
                yield from self._list(stage, each)

    def _list(self, stage: StageTrace, each: ListTrace) -> Iterator[str]:
        name = each.boundary.list_name
        yield ""
        yield f"{self.style(name, 'heading')}  {self.style(self._place(name), 'aside')}"
        for position, step in enumerate(each.steps):
            if step.status is Status.NOT_REACHED:
                if step.why is not Passed.DECIDED:
                    yield from self._left_out(stage, each, each.steps[position:])
                break
            yield from self._step(stage, step)

    def _place(self, parameter: str) -> str:
        view = self.explanation.loaded.view
        return self._short(str(view.place(parameter))) if view.is_set(parameter) else "by default"

    def _left_out(self, stage: StageTrace, each: ListTrace, rest: Sequence[StepTrace]) -> Iterator[str]:
        if not summary([step.step for step in rest]):
            return
        others = [o.boundary.list_name for o in stage.lists if o is not each and o.steps]
        text = f"skips the rest of {each.boundary.list_name}: {summary([step.step for step in rest])}"
        text += f"; not {_any_of(others)}" if others else ""
        reason = (
            "defer_if_permit and defer_if_reject are both raised: " if rest[0].why is Passed.BOTH_DEFERRALS else ""
        )
        yield from self._wrapped(f"{reason}{text}", "aside", " " * 10)

    def _step(self, stage: StageTrace, step: StepTrace) -> Iterator[str]:
        word, role = _said(step, stage)
        indent = "  " + "  " * step.depth
        name = self._word(step)
        head = f"{self.style(f'{word:<7}', role)} {self.style(name, 'plain' if role != 'aside' else role)}"
        details = [detail for asked in step.asked for detail in self._told(step, asked)]
        details += [self.style(text, "aside") for text in self._because(stage, step)]
        at = self._column + 10
        room = self.width - at - 2
        if details and len(indent) + 8 + len(name) <= at and _length(details[0]) <= room:
            yield f"{indent}{head}{' ' * (at - len(indent) - 8 - len(name))}  {details.pop(0)}"
        else:
            yield f"{indent}{head}"
        margin = at + 2 if all(_length(detail) <= room for detail in details) else 10
        yield from (f"{' ' * margin}{detail}" for detail in details)
        for text in _remarks(step, stage):
            yield from self._wrapped(text, "later", " " * 10)

    def _word(self, step: StepTrace) -> str:
        prefix = "warn_if_reject " if step.step.is_warning else ""
        return self._short(prefix + step.step.word)

    def _because(self, stage: StageTrace, step: StepTrace) -> Iterator[str]:
        """What cannot be seen from questions alone."""
        if step.status is Status.UNKNOWN:
            needs = step.step.needs.value
            yield f"needs a {needs}" if needs != "nothing" else "the client has not said what this list is about"
        elif step.step.name == "permit_sasl_authenticated" and stage.session.sasl and step.verdict == DUNNO:
            if not stage.session.settings.smtpd_sasl_auth_enable:
                yield "smtpd_sasl_auth_enable is no"
        elif step.step.name == "permit_mynetworks" and isinstance(step.verdict, Ok):
            client = stage.session.client.address
            patterns = stage.session.settings.mynetworks.patterns
            yield from (f"mynetworks: {p.text}" for p in patterns if p.network and p.network.holds(client))

    def _told(self, step: StepTrace, asked: Asked) -> Iterator[str]:
        """What one question came to; the name of the client, which many ask for, only once."""
        is_name = isinstance(asked.question, ClientName) and asked.answer is not None
        for each in self.explanation.told(asked):
            mark = (each.name, each.record)
            if mark in self._seen:
                continue
            if is_name:
                self._seen.add(mark)
            yield self._inquiry(step, each)

    def _inquiry(self, step: StepTrace, each: Inquiry) -> str:
        what = self._question(step, each)
        if each.result == NOT_ASKED:
            return self.style(f"{what}: not asked ({each.why})".removeprefix(": "), "later")
        if each.result == UNAVAILABLE:
            return self.style(f"{what}: no answer: {self._short(each.why)}".removeprefix(": "), "later") + self._tail(
                each
            )
        if each.result == FOUND:
            return f"{what} → {', '.join(each.values)}{self._tail(each)}"
        if each.kind == "table":
            return self.style(what, "aside")
        return f"{self.style(f'{what}: {each.why}', 'aside')}{self._tail(each)}"

    def _question(self, step: StepTrace, each: Inquiry) -> str:
        if each.kind != "table":
            return f"{each.name} {each.record}".rstrip()
        own = each.name == getattr(step.step.argument, "name", "")
        table = "" if own else f"{self._short(each.name)} "
        if each.result == FOUND:
            return f"{table}{each.key}"
        if each.result == UNAVAILABLE:
            return table.strip()
        more = len(each.keys) - SHOWN_KEYS
        return f"{table}{', '.join(each.keys[:SHOWN_KEYS])}{f' (+{more})' if more > 0 else ''}: not found"

    def _tail(self, each: Inquiry) -> str:
        parts = [self._short(each.source)] if each.source else []
        parts += [f"ttl {each.ttl_s}"] if each.ttl_s is not None else []
        taken = each.milliseconds
        parts += [f"{taken:.1f} ms" if taken < 10 else f"{taken:.0f} ms"] if taken is not None else []
        return self.style(f"  {', '.join(parts)}", "aside") if parts else ""

    def _verdict(self) -> Iterator[str]:
        explanation = self.explanation
        word, role = {
            Decision.ACCEPT: ("ACCEPTED", "good"),
            Decision.REJECT: ("REJECTED", "bad"),
            Decision.DEFER: ("DEFERRED", "later"),
        }[explanation.decision]
        if explanation.discards:
            word, role = "DISCARDED", "later"
        yield f"{self.style(word, role)} {self._short(self._blame())}"
        reply = explanation.reply
        told = "(the connection is closed without a reply)" if reply is None else str(reply)
        yield f"  {self.style(told, 'plain')}"
        for effect in explanation.effects:
            yield f"  {effect.action} {effect.value}".rstrip()
        unasked = [s for stage in explanation.stages for s in stage.steps if s.status is Status.NOT_ASKED]
        if unasked:
            text = f"taken for no opinion, as they were not asked: {summary([s.step for s in unasked])}"
            yield from self._wrapped(text, "later", "  ")
        left = self._not_reached()
        if left:
            yield from self._wrapped(f"not reached: {left}", "aside", "  ")

    def _blame(self) -> str:
        explanation = self.explanation
        if explanation.decision is Decision.ACCEPT:
            is_exempt = any(step.why is Passed.EXEMPT for stage in explanation.stages for step in stage.steps)
            return f"{'without running any list' if is_exempt else 'by every list'} (the next hop is not asked)"
        at = f"at {explanation.command}"
        cause = explanation.cause
        if cause is None:
            return f"{at} by the SMTP server itself, not by a restriction"
        return f"{at} by {cause.words} ({cause.list_name}, {self._place(cause.list_name)})"

    def _not_reached(self) -> str:
        parts = []
        for stage in self.explanation.stages:
            for each in stage.lists:
                rest = [step.step for step in each.steps if step.why is Passed.DECIDED]
                if not rest:
                    continue
                if not each.is_reached:
                    parts.append(each.boundary.list_name)
                elif summary(rest):
                    parts.append(f"the rest of {each.boundary.list_name} ({summary(rest)})")
        return ", ".join(parts)

    def _short(self, text: str) -> str:
        """Without the configuration directory."""
        return text.replace(f"{self.explanation.loaded.view.directory}/", "")

    def _wrapped(self, text: str, role: str, margin: str) -> Iterator[str]:
        width = max(40, self.width - len(margin))
        for line in textwrap.wrap(self._short(text), width, break_long_words=False, break_on_hyphens=False):
            yield f"{margin}{self.style(line, role)}"


def _any_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _length(text: str) -> int:
    """Columns on a terminal: colours take none."""
    length, in_colour = 0, False
    for letter in text:
        if letter == "\x1b":
            in_colour = True
        elif in_colour:
            in_colour = letter != "m"
        else:
            length += 1
    return length


_WORDS: dict[type, tuple[str, str]] = {
    Ok: ("OK", "good"),
    DeferIfPermit: ("flag", "later"),
    DeferIfReject: ("flag", "later"),
    Hangup: ("HANGUP", "bad"),
    Discard: ("DISCARD", "later"),
    Note: ("note", "plain"),
    Effect: ("effect", "later"),
    Restrictions: ("names", "plain"),
}


def _said(step: StepTrace, stage: StageTrace) -> tuple[str, str]:
    """The word for a verdict, and its colour."""
    if step.status is Status.UNKNOWN:
        return "skip", "aside"
    if step.status is Status.NOT_ASKED:
        return "?", "later"
    if is_warning(step):
        return "warn", "later"
    if isinstance(step.verdict, Refuse):
        is_final = finish(step.verdict.reply, stage.session.settings).code >= 500
        return ("REJECT", "bad") if is_final else ("DEFER", "later")
    return _WORDS.get(type(step.verdict), ("dunno", "aside"))


def is_warning(step: StepTrace) -> bool:
    """Would refuse, but stands under warn_if_reject."""
    verdict = step.verdict
    if not step.step.is_warning:
        return False
    return isinstance(verdict, DeferIfPermit) or (isinstance(verdict, Refuse) and not verdict.is_fault)


def _remarks(step: StepTrace, stage: StageTrace) -> Iterator[str]:
    verdict: Verdict | None = step.verdict
    settings = stage.session.settings
    if isinstance(verdict, Refuse) and is_warning(step):
        yield f"would refuse: {finish(verdict.reply, settings)}"
    elif isinstance(verdict, DeferIfPermit):
        text = "would raise" if is_warning(step) else "raises"
        yield f"{text} defer_if_permit: {finish(verdict.reply, settings)}, unless something else refuses"
    elif isinstance(verdict, DeferIfReject):
        yield f"raises defer_if_reject: {finish(verdict.reply, settings)}, in place of a 5xx refusal by this list"
    elif isinstance(verdict, Effect):
        yield f"{verdict.action} {verdict.value}".rstrip()
    elif isinstance(verdict, Restrictions):
        yield f"names restrictions: {verdict.text}"
    complaint = getattr(verdict, "complaint", "")
    if complaint:
        yield f"! {complaint}"
