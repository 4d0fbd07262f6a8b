"""A whole policy compiled: the restriction lists of main.cf become one plan per stage (postfix-semantics 3.1).

With smtpd_delay_reject (the default) nothing runs at connect, HELO and MAIL, and every RCPT runs client, helo,
sender and then relay and recipient restrictions, in the order that
smtpd_relay_before_recipient_restrictions says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gatepost.model.settings import Settings
from gatepost.policy import restrictions as _registered  # noqa: F401 - importing registers every restriction
from gatepost.policy.language.parse import (
    CLIENT,
    DATA,
    END_OF_DATA,
    ETRN,
    HELO,
    POLICYD,
    QMQPD,
    RECIPIENT,
    RELAY,
    SENDER,
    Tell,
    ignore_finding,
    parse_list,
)
from gatepost.policy.language.plan import Boundary, ListKind, Plan, Step
from gatepost.policy.registry import RESTRICTIONS, Needs

Steps = tuple[Boundary | Step, ...]

_SUBJECT_OF_LIST = {HELO: Needs.HELO, SENDER: Needs.SENDER}
"""What a list is about: without it Postfix does not run the list at all (smtpd_check_helo, smtpd_check_mail)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is run when. `lists` keeps each list's own steps, for those who reason about the policy."""

    settings: Settings
    connect: Plan
    helo: Plan
    mail: Plan
    rcpt: Plan
    data: Plan
    end_of_data: Plan
    etrn: Plan
    lists: Mapping[str, tuple[Step, ...]]


def compile_policy(settings: Settings, texts: Mapping[str, str], tell: Tell) -> Policy:
    """Compile. `texts` has the text of each list by its parameter's name, absent ones are empty."""
    kinds = (CLIENT, HELO, SENDER, RELAY, RECIPIENT, DATA, END_OF_DATA, ETRN)
    classes = settings.restriction_classes
    lists = {kind.parameter: parse_list(texts.get(kind.parameter, ""), kind, classes, tell) for kind in kinds}

    def steps(kind: ListKind, *begins_from: ListKind) -> Steps:
        from_lists = tuple(earlier.parameter for earlier in begins_from)
        needs = _SUBJECT_OF_LIST.get(kind, Needs.NOTHING)
        return (Boundary(kind.parameter, needs=needs, begins_from=from_lists), *lists[kind.parameter])

    client, helo, etrn = steps(CLIENT), steps(HELO, CLIENT), steps(ETRN, CLIENT, HELO)
    mail = (
        *steps(SENDER, CLIENT, HELO),
        *_unasked("reject_unlisted_sender", SENDER, settings.smtpd_reject_unlisted_sender),
    )
    pair = (RELAY, RECIPIENT) if settings.smtpd_relay_before_recipient_restrictions else (RECIPIENT, RELAY)
    unlisted = _unasked("reject_unlisted_recipient", RECIPIENT, settings.smtpd_reject_unlisted_recipient)
    second = Boundary(pair[1].parameter, clears_defer_if_reject=False)
    rcpt: Steps = (*steps(pair[0], SENDER), second, *lists[second.list_name], *unlisted)
    delayed = settings.smtpd_delay_reject
    return Policy(
        settings,
        connect=Plan(() if delayed else client, applies_deferral=False),
        helo=Plan(() if delayed else helo, applies_deferral=False),
        mail=Plan(() if delayed else mail, applies_deferral=False),
        rcpt=Plan((*client, *helo, *mail, *rcpt) if delayed else rcpt, exempts=True),
        data=Plan(steps(DATA)),
        end_of_data=Plan(steps(END_OF_DATA)),
        etrn=Plan((*client, *helo, *etrn) if delayed else etrn),
        lists=lists,
    )


def compile_policyd(settings: Settings, text: str, tell: Tell) -> Policy:
    """Compile policyd_restrictions: every stage runs the whole list, which there is about that stage's subject.

    A raised deferral does not refuse: it is answered as what it is, and Postfix combines it with the rest.
    """

    def steps(kind: ListKind, tell: Tell) -> tuple[Step, ...]:
        return parse_list(text, ListKind(POLICYD, kind.subject, ""), settings.restriction_classes, tell)

    def plan(kind: ListKind) -> Plan:
        return Plan((Boundary(POLICYD), *steps(kind, ignore_finding)), applies_deferral=False)

    return Policy(
        settings,
        connect=plan(CLIENT),
        helo=plan(HELO),
        mail=plan(SENDER),
        rcpt=plan(RECIPIENT),
        data=plan(DATA),
        end_of_data=plan(END_OF_DATA),
        etrn=plan(ETRN),
        lists={POLICYD: steps(RECIPIENT, tell)},
    )


def compile_qmqpd(settings: Settings, text: str, tell: Tell) -> Policy:
    """Compile qmqpd_restrictions: there is one stage, the recipient."""
    steps = parse_list(text, QMQPD, settings.restriction_classes, tell)
    nothing = Plan(())
    return Policy(
        settings,
        connect=nothing,
        helo=nothing,
        mail=nothing,
        rcpt=Plan((Boundary(QMQPD.parameter), *steps) if steps else ()),
        data=nothing,
        end_of_data=nothing,
        etrn=nothing,
        lists={QMQPD.parameter: steps},
    )


def _unasked(name: str, kind: ListKind, is_wanted: bool) -> Steps:
    """A check that runs without standing in a list; what an OK skipped does not skip it.

    That of recipients comes after a raised defer_if_permit has had its say.
    """
    if not is_wanted:
        return ()
    record = RESTRICTIONS[name]
    step = Step(record.name, record.function, kind, name, asks=record.asks, needs=record.needs)
    boundary = Boundary(f"smtpd_{name}", clears_defer_if_reject=False, stops_at_deferral=kind is RECIPIENT)
    return (boundary, step)
