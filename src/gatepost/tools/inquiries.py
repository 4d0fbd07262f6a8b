"""What was asked and what came back, told in words: one Inquiry for each table, DNS record type or service.

A question of policy may come to several of the DNS (MX, then A): each is told by itself, from the resolver's cache.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gatepost.model.answer import Found, Unavailable
from gatepost.policy.greylisting import Decision
from gatepost.policy.questions import (
    AddressProbe,
    AddressRecords,
    ClientName,
    Delay,
    DomainExists,
    GreylistAttempt,
    HostAddresses,
    LocalTime,
    MailExchangers,
    NameQuestion,
    NameServers,
    Question,
    TableLookup,
    TextRecords,
)
from gatepost.tools.greylist_words import told_standing
from gatepost.tools.trace import Asked
from gatepost.world.names.message import TYPE_NAMES
from gatepost.world.names.names import Names
from gatepost.world.names.outcome import Failed, Key, Outcome, Records

_RECORDS: dict[type, str] = {
    ClientName: "PTR",
    AddressRecords: "A",
    TextRecords: "TXT",
    MailExchangers: "MX",
    NameServers: "NS",
    HostAddresses: "A/AAAA",
}

FOUND, NOT_FOUND, UNAVAILABLE, NOT_ASKED = "found", "not found", "unavailable", "not asked"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One thing asked. `kind` is table, dns, greylist, time, probe or service; `name` is the table, the DNS name, the
    triplet, who is asked about whom, or the service.

    `keys`: those of a table in the order of asking, of which `key` was found; `record` is the DNS type. `values` are
    the answer, `source` the table's file and line; `ttl_s` seconds, `milliseconds` from sending to the answer, None
    where nothing was sent. `why` says why there is no answer.
    """

    kind: str
    name: str
    result: str
    keys: tuple[str, ...] = ()
    key: str = ""
    record: str = ""
    values: tuple[str, ...] = ()
    source: str = ""
    ttl_s: int | None = None
    milliseconds: float | None = None
    why: str = ""


def inquiries(asked: Asked, names: Names, milliseconds: float | None) -> Iterator[Inquiry]:
    """What one question came to."""
    question = asked.question
    if isinstance(question, TableLookup):
        yield _table(question, asked, milliseconds)
    elif isinstance(question, NameQuestion):
        yield from _dns(question, asked, names, milliseconds)
    elif isinstance(question, Delay):
        yield Inquiry("time", f"{question.seconds} s", NOT_ASKED, why="explain does not wait")
    elif isinstance(question, AddressProbe):
        yield _probe(question, asked, milliseconds)
    elif isinstance(question, GreylistAttempt):
        yield _greylist(question, asked, milliseconds)
    elif not isinstance(question, LocalTime):
        yield _service(question, asked, milliseconds)


def _table(question: TableLookup, asked: Asked, ms: float | None) -> Inquiry:
    answer, name, keys = asked.answer, question.table, question.keys
    if isinstance(answer, Found):
        hit = answer.value
        return Inquiry(
            "table", name, FOUND, keys, hit.key, values=(hit.value,), source=answer.source, milliseconds=ms
        )
    if isinstance(answer, Unavailable):
        return Inquiry("table", name, UNAVAILABLE, keys, milliseconds=ms, why=answer.why)
    return Inquiry("table", name, NOT_FOUND, keys, milliseconds=ms)


def _dns(question: NameQuestion, asked: Asked, names: Names, milliseconds: float | None) -> Iterator[Inquiry]:
    if asked.answer is None:
        yield Inquiry("dns", _dns_name(question), NOT_ASKED, record=_record(question), why=asked.why_not)
        return
    seen = names.consulted(question)
    for key, outcome in seen:
        yield _one_record(key, outcome, milliseconds)
        milliseconds = None
    if not seen:
        yield _unsent(question, asked)


def _one_record(key: Key, outcome: Outcome, milliseconds: float | None) -> Inquiry:
    name, record = key[0], TYPE_NAMES[key[1]]
    if isinstance(outcome, Records):
        values = tuple(_shown(value) for value in outcome.values)
        return Inquiry("dns", name, FOUND, (), "", record, values, "", outcome.ttl_s, milliseconds)
    if isinstance(outcome, Failed):
        return Inquiry("dns", name, UNAVAILABLE, record=record, milliseconds=milliseconds, why=outcome.why)
    why = "no such record" if outcome.is_name_known else "no such name"
    return Inquiry("dns", name, NOT_FOUND, (), "", record, (), "", outcome.ttl_s, milliseconds, why)


def _unsent(question: NameQuestion, asked: Asked) -> Inquiry:
    """Known without the DNS: from /etc/hosts, or a name that nobody asks for."""
    name, record = _dns_name(question), _record(question)
    if isinstance(asked.answer, Found):
        value = asked.answer.value.name if isinstance(question, ClientName) else asked.answer.value
        return Inquiry("dns", name, FOUND, record=record, values=(str(value),), source="/etc/hosts")
    if isinstance(asked.answer, Unavailable):
        return Inquiry("dns", name, UNAVAILABLE, record=record, why=asked.answer.why)
    return Inquiry("dns", name, NOT_FOUND, record=record, why="not a host name, so not asked")


def _dns_name(question: NameQuestion) -> str:
    match question:
        case ClientName(address):
            return address.text
        case HostAddresses(hosts):
            return ", ".join(hosts)
        case MailExchangers(name) | NameServers(name) | AddressRecords(name) | TextRecords(name):
            return name
        case DomainExists(name):
            return name


def _record(question: NameQuestion) -> str:
    if isinstance(question, DomainExists):
        return "/".join(question.types)
    return _RECORDS[type(question)]


def _shown(value: Any) -> str:  # noqa: ANN401 - each record type has its own
    exchange = getattr(value, "exchange", None)
    return str(value) if exchange is None else f"{value.preference} {exchange or '.'}"


def _probe(question: AddressProbe, asked: Asked, milliseconds: float | None) -> Inquiry:
    """MAIL and RCPT without a message; the answer may have come from the cache."""
    domain = question.address.rpartition("@")[2]
    name = f"<{question.address}> at {question.hop or f'the mail exchangers of {domain}'}"
    if asked.answer is None:
        return Inquiry("probe", name, NOT_ASKED, why=asked.why_not)
    if isinstance(asked.answer, Found):
        result = asked.answer.value
        values = tuple(text for text in (result.status.value, result.text) if text)
        return Inquiry("probe", name, FOUND, (), "", "", values, asked.answer.source, None, milliseconds)
    return Inquiry("probe", name, UNAVAILABLE, milliseconds=milliseconds, why=getattr(asked.answer, "why", ""))


def _greylist(question: GreylistAttempt, asked: Asked, milliseconds: float | None) -> Inquiry:
    """What greylisting knows of the three, and what would follow; explain only looks."""
    if not isinstance(asked.answer, Found):
        name = f"greylist {question.pool_name or question.network}, {question.sender}, {question.recipient}"
        return Inquiry("greylist", name, UNAVAILABLE, why=getattr(asked.answer, "why", ""))
    decision: Decision = asked.answer.value
    attempt = decision.attempt
    name = f"greylist {attempt.client}, {attempt.sender}, {attempt.recipient}"
    value = f"{decision.standing.value}: {told_standing(decision)}"
    return Inquiry("greylist", name, FOUND, values=(value,), source=asked.answer.source, milliseconds=milliseconds)


def _service(question: Question, asked: Asked, milliseconds: float | None) -> Inquiry:
    name = str(getattr(question, "endpoint", None) or type(question).__name__)
    if asked.answer is None:
        return Inquiry("service", name, NOT_ASKED, why=asked.why_not)
    if isinstance(asked.answer, Found):
        return Inquiry("service", name, FOUND, values=(str(asked.answer.value),), milliseconds=milliseconds)
    why = getattr(asked.answer, "why", "")
    result = UNAVAILABLE if isinstance(asked.answer, Unavailable) else NOT_FOUND
    return Inquiry("service", name, result, milliseconds=milliseconds, why=why)
