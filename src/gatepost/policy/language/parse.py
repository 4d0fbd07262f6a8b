"""From the words of a list to steps: names, arguments, classes, warn_if_reject (postfix-semantics 2.0 and 3.5).

A mistake becomes a step that answers `451 4.3.5 Server configuration error` when it is reached, as in Postfix, and a
Finding that `gatepost check` tells before any mail reaches it.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from gatepost.model.verdict import Verdict
from gatepost.policy.access import configuration_fault
from gatepost.policy.certificate_table import parse_certificate_table
from gatepost.policy.dnsbl import DnsZone, parse_zone
from gatepost.policy.language.plan import ListKind, Step
from gatepost.policy.language.tokens import words
from gatepost.policy.lookup_order import AccessTable, tries_partial_keys
from gatepost.policy.policy_service import BUILT_IN_ACTION, parse_policy_service
from gatepost.policy.registry import RESTRICTIONS, Argument, Restriction
from gatepost.policy.subjects import Subject

MOST_STEPS = 10_000
"""How many restrictions one list may come to with its classes expanded: classes that name classes can double."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about a list. `word` is the word in question, `cure` what to do."""

    severity: str
    parameter: str
    word: str
    text: str
    cure: str = ""


Tell = Callable[[Finding], None]


def parse_list(text: str, kind: ListKind, classes: Mapping[str, str], tell: Tell) -> tuple[Step, ...]:
    """The steps of one restriction list."""
    return tuple(_Reader(kind, classes, tell).steps(text, is_warning=False, inside=()))


def ignore_finding(finding: Finding) -> None:
    """For lists that were told of already, or come from a table at run time."""


@lru_cache(maxsize=256)
def _advice(word: str, classes: tuple[str, ...]) -> str:
    """What may have been meant. Remembered, for it takes a millisecond and tables may hold such a word too."""
    near = difflib.get_close_matches(word, [*RESTRICTIONS, *classes], 1)
    return f"did you mean {near[0]}?" if near else "see: gatepost help restrictions"


class _Reader:
    """Reads lists of one kind; holds what is the same for a list and the classes in it."""

    def __init__(self, kind: ListKind, classes: Mapping[str, str], tell: Tell) -> None:
        self.kind = kind
        self.classes = classes
        self._tell = tell
        self._count = 0

    def steps(self, text: str, *, is_warning: bool, inside: tuple[str, ...]) -> Iterator[Step]:
        """The steps of a list, classes expanded; an outer warn_if_reject covers them all."""
        queue = list(reversed(words(text)))
        warn_next = is_warning
        while queue:
            word = queue.pop()
            if word.lower() == "warn_if_reject":
                warn_next = True
                if not queue:
                    self.tell("warning", word, "nothing follows warn_if_reject", "remove it or name a restriction")
                continue
            yield from self._one(word, queue, is_warning=warn_next, inside=inside)
            warn_next = is_warning

    def _one(self, word: str, queue: list[str], *, is_warning: bool, inside: tuple[str, ...]) -> Iterator[Step]:
        record = RESTRICTIONS.get(word.lower())
        if record is not None:
            if record.warning:
                self.tell("warning", word, record.warning, "")
            if word.lower() == "permit" and queue and not inside:
                self.tell("warning", word, f"restrictions after permit are never reached: {queue[-1]}", "remove them")
            yield from self._builtin(record, word, queue, is_warning)
        elif ":" in word:
            yield from self._bare_table(word, is_warning)
        elif word in self.classes:
            yield from self._class(word, is_warning=is_warning, inside=inside)
        else:
            yield self.fault(word, f"unknown restriction {word}", _advice(word.lower(), tuple(self.classes)))

    def _class(self, word: str, *, is_warning: bool, inside: tuple[str, ...]) -> Iterator[Step]:
        if word in inside:
            yield self.fault(word, f"restriction class {word} names itself", "break the circle")
        elif self._count > MOST_STEPS:
            yield self.fault(word, f"classes come to more than {MOST_STEPS} restrictions", "name fewer classes")
        else:
            yield from self.steps(self.classes[word], is_warning=is_warning, inside=(*inside, word))

    def _bare_table(self, word: str, is_warning: bool) -> Iterator[Step]:
        if not self.kind.default_check:
            cure = "write check_client_access, check_sender_access … before it"
            yield self.fault(word, f"a bare table has no meaning in {self.kind.parameter}", cure)
            return
        record = RESTRICTIONS[self.kind.default_check]
        yield self.step(record, AccessTable(word, tries_partial_keys(word)), is_warning, f"{record.name} {word}")

    def _builtin(self, record: Restriction, word: str, queue: list[str], is_warning: bool) -> Iterator[Step]:
        if record.argument is Argument.NONE:
            yield self.step(record, None, is_warning, word)
        elif record.argument is Argument.SUBJECT:
            yield self.step(record, self.kind.subject, is_warning, word)
        elif not queue:
            yield from self._missing_argument(record, word)
        else:
            given = queue.pop()
            try:
                argument = self._argument(record, given)
            except ValueError as error:
                yield self.fault(word, f"{word} {given}: {error}", f"{word} needs {record.argument.value}")
                return
            yield self.step(record, argument, is_warning, f"{word} {given}")

    def _argument(self, record: Restriction, given: str) -> Any:  # noqa: ANN401 - any kind
        if record.argument is Argument.POLICY_SERVICE:
            service = parse_policy_service(given, self.kind.subject)
            return replace(service, default_action=BUILT_IN_ACTION) if self.kind.stands_in else service
        return _ARGUMENT_READERS[record.argument](given)

    def _missing_argument(self, record: Restriction, word: str) -> Iterator[Step]:
        needed = f"{word} needs {record.argument.value} after it"
        if record.argument is Argument.ZONE:  # Postfix warns and skips
            self.tell("warning", word, needed, "name the list, or remove the word")
        else:
            yield self.fault(word, needed, "name it, or remove the word")

    def step(self, record: Restriction, argument: Any, is_warning: bool, word: str) -> Step:  # noqa: ANN401 - any kind
        self._count += 1
        return Step(
            record.name,
            record.function,
            asks=record.asks,
            argument=argument,
            needs=record.needs,
            is_warning=is_warning,
            kind=self.kind,
            word=word,
        )

    def fault(self, word: str, text: str, cure: str) -> Step:
        self.tell("error", word, text, cure)
        return Step("", _fault, argument=text, kind=self.kind, word=word)

    def tell(self, severity: str, word: str, text: str, cure: str) -> None:
        self._tell(Finding(severity, self.kind.parameter, word, text, cure))


def _fault(session: object, text: str) -> Verdict:  # noqa: ARG001 - the signature of every restriction
    return configuration_fault(text)


def _read_table(word: str) -> AccessTable:
    if ":" not in word:
        raise ValueError("a table is written type:name, such as texthash:/etc/gatepost/access")
    return AccessTable(word, tries_partial_keys(word))


def _read_seconds(word: str) -> int:
    if not (word.isdigit() and word.isascii()):
        raise ValueError("not a whole number of seconds")
    return int(word)


_ARGUMENT_READERS: dict[Argument, Callable[[str], AccessTable | DnsZone | int]] = {
    Argument.TABLE: _read_table,
    Argument.CERTIFICATE_TABLE: parse_certificate_table,
    Argument.ZONE: parse_zone,
    Argument.SECONDS: _read_seconds,
}

CLIENT = ListKind("smtpd_client_restrictions", Subject.CLIENT, "check_client_access")
HELO = ListKind("smtpd_helo_restrictions", Subject.HELO, "check_helo_access")
SENDER = ListKind("smtpd_sender_restrictions", Subject.SENDER, "check_sender_access")
RELAY = ListKind("smtpd_relay_restrictions", Subject.RECIPIENT, "check_recipient_access")
RECIPIENT = ListKind("smtpd_recipient_restrictions", Subject.RECIPIENT, "check_recipient_access")
ETRN = ListKind("smtpd_etrn_restrictions", Subject.ETRN, "check_etrn_access")
DATA = ListKind("smtpd_data_restrictions", Subject.DATA, "")
END_OF_DATA = ListKind("smtpd_end_of_data_restrictions", Subject.END_OF_DATA, "")

LIST_KINDS = (CLIENT, HELO, SENDER, RELAY, RECIPIENT, ETRN, DATA, END_OF_DATA)

QMQPD = ListKind("qmqpd_restrictions", Subject.RECIPIENT, "check_recipient_access")
"""The list of the QMQP door, run for each recipient."""

POLICYD = "policyd_restrictions"
"""The list of the policy door: its kind is made for each stage, for the request says what it is about."""
