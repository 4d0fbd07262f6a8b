"""Explain: what the policy would say to one mail, and why. The engine is that of the server; nothing is served.

One session is rehearsed with the facts given: connect, HELO, MAIL, RCPT, DATA, end of data; the first refusal ends
it. Tables are read, the DNS is asked; policy services are asked only where that is wanted, for they may count and
record; so are servers about an address (AddressProbe). Nothing is changed and no running server is needed.

Works where the server would not start: without a next hop, without a row in master.cf, without relay control.
"""

import asyncio
import time
from dataclasses import dataclass, replace
from enum import Enum

from gatepost.config.configuration import Configuration
from gatepost.config.master_cf import MasterRow
from gatepost.model.address import IPAddress
from gatepost.model.errors import Complaint, ConfigurationError, Place
from gatepost.model.reply import Reply
from gatepost.model.session import (
    NAMELESS,
    UNKNOWN,
    Client,
    ClientNames,
    SaslFacts,
    TlsFacts,
)
from gatepost.model.verdict import DeferIfPermit, DeferIfReject, Effect, Refuse
from gatepost.policy.language.compile import Policy
from gatepost.policy.language.plan import Plan
from gatepost.policy.outcome import finish
from gatepost.policy.questions import AddressProbe, ClientName, GreylistAttempt, PolicyRequest, Question
from gatepost.service.address_verification import open_verification
from gatepost.service.effects import why_impossible
from gatepost.service.policy_loading import LoadedPolicy, load_policy, load_policyd_policy
from gatepost.service.speech import speech_of
from gatepost.tools.inquiries import Inquiry, inquiries
from gatepost.tools.rehearsal import Rehearsal, TimedAnswers
from gatepost.tools.trace import Asked, Permission, StageTrace, StepTrace
from gatepost.world.answering import Sources
from gatepost.world.greylists.looking import GreylistLook
from gatepost.world.names.names import Names
from gatepost.world.net.next_hop import NextHopPool
from gatepost.world.net.policy_service import PolicyServices
from gatepost.world.tables import Tables
from gatepost.world.watching.log import Severity


class Silence:
    """A log that says nothing: what a service's trouble is stands in the explanation."""

    def info(self, text: str) -> None:
        """Say nothing."""

    def warning(self, text: str) -> None:
        """Say nothing."""

    def once(self, key: str, text: str, every_s: float = 60.0, severity: Severity = Severity.WARNING) -> None:
        """Say nothing."""


TLS_FACTS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", 256)
"""What --tls stands for: today's usual session, without a client certificate."""


class Decision(Enum):
    """What the client hears in the end."""

    ACCEPT = "accept"
    REJECT = "reject"
    DEFER = "defer"


@dataclass(frozen=True, slots=True)
class Facts:
    """The mail to explain. Addresses without angle brackets, "" for the null sender; `helo_name` None: says none.

    `client_name` is the verified name, "unknown" for none; both names None: the DNS is asked.
    """

    client: IPAddress
    sender: str
    recipient: str
    helo_name: str | None = None
    client_name: str | None = None
    reverse_name: str | None = None
    sasl_username: str = ""
    is_tls: bool = False
    is_extended: bool = True

    @property
    def names(self) -> ClientNames | None:
        """The client's names, where they are given."""
        if self.client_name is None and self.reverse_name is None:
            return None
        return ClientNames.told(self.client_name or UNKNOWN, self.reverse_name or self.client_name or UNKNOWN)

    def commands(self) -> tuple[str, ...]:
        """What the client says, up to the empty message."""
        utf8 = "" if (self.sender + self.recipient).isascii() else " SMTPUTF8"
        verb = "EHLO" if self.is_extended else "HELO"
        hello = () if self.helo_name is None else (f"{verb} {self.helo_name}",)
        return (*hello, f"MAIL FROM:<{self.sender}>{utf8}", f"RCPT TO:<{self.recipient}>", "DATA", ".")


@dataclass(frozen=True, slots=True)
class Cause:
    """The restriction that refused, the list it stands in, and how to say so."""

    step: StepTrace
    list_name: str
    words: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer. `reply` is None where the connection is closed without one; `command` is what it answers."""

    facts: Facts
    loaded: LoadedPolicy
    decision: Decision
    command: str
    reply: Reply | None
    stages: tuple[StageTrace, ...]
    names: Names
    milliseconds: dict[Question, float]

    @property
    def cause(self) -> Cause | None:
        """What refused; None where nobody did, or the SMTP server itself and no restriction."""
        if not self.stages or self.decision is Decision.ACCEPT:
            return None
        stage = self.stages[-1]
        outcome = stage.outcome
        assert outcome is not None  # an evaluation that is over has one
        if outcome.decided_by == "defer_if_permit":
            return self._raiser("defer_if_permit, raised by {}", DeferIfPermit)
        if outcome.refusal is None and not outcome.hangs_up:
            beyond = [effect for effect in outcome.effects if why_impossible(effect, stage.where)]
            if not beyond:
                return None
            return self._raiser(f"{beyond[0].action}, which cannot be done, from {{}}", Effect, beyond[0])
        last = stage.last
        if last is None:
            return None
        softened = isinstance(last.verdict, Refuse) and finish(last.verdict.reply, stage.session.settings)
        if softened and outcome.refusal != softened:
            return self._raiser(f"{last.step.word}, for now by defer_if_reject of {{}}", DeferIfReject)
        return self._cause(last, last.step.word)

    def _raiser(self, words: str, kind: type, verdict: Effect | None = None) -> Cause | None:
        """The first restriction with a verdict of this kind, or with just this verdict."""
        for stage in self.stages:
            for step in stage.steps:
                is_warning = step.step.is_warning and kind is DeferIfPermit
                if isinstance(step.verdict, kind) and not is_warning and verdict in (None, step.verdict):
                    return self._cause(step, words.format(step.step.word))
        return None

    def _cause(self, step: StepTrace, words: str) -> Cause:
        lists = (each for stage in self.stages for each in stage.lists)
        name = next(each.boundary.list_name for each in lists if any(other is step for other in each.steps))
        return Cause(step, name, words)

    @property
    def client_names(self) -> ClientNames | None:
        """The client's names as far as they are known: given, or asked for on the way."""
        if self.facts.names is not None:
            return self.facts.names
        answer = self.names.instant(ClientName(self.facts.client))
        return getattr(answer, "value", None)

    @property
    def discards(self) -> bool:
        """The client is told that all is well, and the message is dropped."""
        return any(stage.outcome is not None and stage.outcome.discards for stage in self.stages)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What access tables ask to be done with the message."""
        return tuple(effect for stage in self.stages if stage.outcome for effect in stage.outcome.effects)

    def told(self, asked: Asked) -> tuple[Inquiry, ...]:
        """One question in words."""
        return tuple(inquiries(asked, self.names, self.milliseconds.get(asked.question)))


def choose_policy(configuration: Configuration, service: str) -> LoadedPolicy:
    """The policy of one row of master.cf; without any row that of main.cf alone.

    `service` names the row (`submission`, `192.0.2.1:smtp`, the port of a policyd row); "": the first smtpd row, else
    the first policyd row. Raises ConfigurationError.
    """
    rows = sorted((row for row in configuration.rows if row.command in _LOADERS), key=_smtpd_first)
    if not service and not rows:
        return load_policy(configuration)
    for row in rows:
        if service in ("", row.service, row.service.rpartition(":")[2]):
            return _LOADERS[row.command](configuration.for_row(row))
    known = ", ".join(row.service for row in rows) or "(there is no smtpd row)"
    place = Place(str(configuration.directory / "master.cf"))
    raise ConfigurationError(
        Complaint("error", place, f"no smtpd or policyd row named {service}", f"name one of: {known}")
    )


def _smtpd_first(row: MasterRow) -> bool:
    return row.command != "smtpd"


def _load_policyd(view: Configuration) -> LoadedPolicy:
    """policyd_restrictions as a Postfix asks them, at RCPT and with its lists empty but for the question."""
    loaded = load_policyd_policy(view)
    asked = replace(loaded.policy.rcpt, applies_deferral=True)
    no = Plan(())
    settings = replace(loaded.policy.settings, transport_maps=())
    policy = Policy(settings, no, no, no, asked, no, no, no, loaded.policy.lists)
    return replace(loaded, policy=policy)


_LOADERS = {"smtpd": load_policy, "policyd": _load_policyd}


def explain_mail(loaded: LoadedPolicy, facts: Facts, permission: Permission) -> Explanation:
    """Rehearse one mail. Raises ConfigurationError where the name servers cannot be read."""
    return asyncio.run(_explain(loaded, facts, permission))


async def _explain(loaded: LoadedPolicy, facts: Facts, permission: Permission) -> Explanation:
    view = loaded.view
    nameservers = view.text("dns_nameservers")
    try:
        names = Names(nameservers, deadline_s=view.seconds("dns_deadline"))
    except ValueError as error:
        raise view.mistake("dns_nameservers", str(error), "") from None
    services = PolicyServices(Silence(), view.text("queue_directory"))
    tables = Tables(base=view.directory, smtputf8=view.yes("smtputf8_enable"), parameter=view.given)
    pool = NextHopPool()
    verification = open_verification(view, pool, names, Silence())
    sources = Sources(
        tables, names, {PolicyRequest: services, AddressProbe: verification, GreylistAttempt: GreylistLook(time.time)}
    )
    answers = TimedAnswers(sources)
    known = facts.names if view.yes("smtpd_peername_lookup") or facts.names else NAMELESS
    rehearsal = Rehearsal(
        loaded.policy,
        speech_of(view),
        Client(facts.client, 0, known),
        answers,
        permission,
        tls=TLS_FACTS if facts.is_tls else None,
        sasl=SaslFacts("PLAIN", facts.sasl_username) if facts.sasl_username else None,
    )
    try:
        command, heard = await _converse(rehearsal, facts)
    finally:
        names.close()
        tables.close()
        services.close()
        verification.close()
        pool.close()
    decision, reply = _decision(heard)
    stages = tuple(rehearsal.traces)
    return Explanation(facts, loaded, decision, command, reply, stages, names, answers.milliseconds)


async def _converse(rehearsal: Rehearsal, facts: Facts) -> tuple[str, bytes]:
    """Go on until something is refused; give the last command and its reply. Accepted mail: that of RCPT."""
    heard = await rehearsal.hear()
    command, accepted = "CONNECT", heard
    for line in facts.commands():
        if not heard or heard[:1] in b"45":
            return command, heard
        accepted = heard if line == "DATA" else accepted
        command = "END-OF-MESSAGE" if line == "." else line.split(" ", 1)[0]
        heard = await rehearsal.hear(line.encode("utf-8", "surrogateescape") + b"\r\n")
    return (command, heard) if not heard or heard[:1] in b"45" else ("RCPT", accepted)


def _decision(heard: bytes) -> tuple[Decision, Reply | None]:
    if not heard:
        return Decision.REJECT, None
    lines = [line.decode("utf-8", "surrogateescape") for line in heard.split(b"\r\n") if line]
    code = int(lines[0][:3])
    enhanced, _, _ = lines[0][4:].partition(" ")
    has_status = enhanced[:2] in ("2.", "4.", "5.")
    skipped = 4 + len(enhanced) + 1 if has_status else 4
    reply = Reply(code, enhanced if has_status else "", "\n".join(line[skipped:] for line in lines))
    return {4: Decision.DEFER, 5: Decision.REJECT}.get(code // 100, Decision.ACCEPT), reply
