"""What a listed client hears: rbl_reply_maps, default_rbl_reply and their names (postfix-semantics 4.6).

The expanded template must begin with a 4xx or 5xx code and may go on with an enhanced code. No `<name>:` is put
before it. A broken template falls back to default_rbl_reply, and a broken default to Postfix's own.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from gatepost.model.answer import Found, Unavailable
from gatepost.model.quick import quick
from gatepost.model.reply import Reply
from gatepost.model.session import UNKNOWN, Session
from gatepost.model.verdict import Refuse, Verdict
from gatepost.policy.access import configuration_fault
from gatepost.policy.asking import Asking, ask
from gatepost.policy.dnsbl import DnsZone
from gatepost.policy.questions import LocalTime, TableLookup
from gatepost.policy.subjects import CLASSES, Subject, client_label, client_names
from gatepost.policy.templates import Template, TemplateError, compile_template, names_in, render

POSTFIX_DEFAULT = (
    "$rbl_code Service unavailable; $rbl_class [$rbl_what] blocked using $rbl_domain${rbl_reason?; $rbl_reason}"
)

_CLIENT_NAMES = frozenset({"client", "client_name", "reverse_client_name"})

_REPLY = re.compile(r"([45]\d\d)\s+(?:([245]\.\d{1,3}\.\d{1,3})(?:\s+|$))?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hit:
    """What may be listed: the list, what of the session it is asked about, the text asked for."""

    zone: DnsZone
    subject: Subject
    what: str


def listing_refusal(session: Session, hit: Hit, reason: str) -> Asking[Verdict]:
    """The refusal for a listing; `reason` is in the list's own words."""
    template = ""
    for table in session.settings.rbl_reply_maps:
        answer = yield from ask(TableLookup(table, (hit.zone.text.lower(),)))
        if isinstance(answer, Unavailable):
            return configuration_fault(answer.complaint("rbl_reply_maps"))
        if isinstance(answer, Found):
            template = answer.value.value
            break
    default = session.settings.default_rbl_reply
    compiled, names, fault = _usable(template or default, default)
    values = {name: _VALUES[name](session, hit, reason) for name in names if name in _VALUES}
    yield from _ask_for_values(session, names, values)
    allowed = session.settings.smtpd_expansion_filter
    text = render(compiled, {name: clean(value, allowed) for name, value in values.items()}.__getitem__)
    return Refuse(_read_reply(text), complaint=fault)


@lru_cache(maxsize=256)
def _usable(template: str, default: str) -> tuple[Template, frozenset[str], str]:
    """The template compiled, or the next one that can be; its names; and what was wrong with the first."""
    fault = ""
    for candidate in (template, default):
        try:
            compiled = compile_template(candidate)
        except TemplateError as error:
            fault = fault or f"bad reply template {candidate!r}: {error}"
            continue
        names = frozenset(names_in(compiled))
        unknown = sorted(names - NAMES)
        if candidate and not unknown:
            return compiled, names, fault
        if unknown:
            fault = fault or f"unknown name ${unknown[0]} in reply template {candidate!r}"
    compiled = compile_template(POSTFIX_DEFAULT)
    return compiled, frozenset(names_in(compiled)), fault


_VALUES: dict[str, Callable[[Session, Hit, str], str]] = {
    "rbl_code": lambda session, _hit, _reason: str(session.settings.maps_rbl_reject_code),
    "rbl_domain": lambda _session, hit, _reason: hit.zone.domain,
    "rbl_what": lambda _session, hit, _reason: hit.what,
    "rbl_class": lambda _session, hit, _reason: CLASSES[hit.subject],
    "rbl_reason": lambda _session, _hit, reason: reason,
    "rbl_txt": lambda _session, _hit, reason: reason,
    "client_address": lambda session, _hit, _reason: session.client.address.text,
    "client_port": lambda session, _hit, _reason: str(session.client.port or UNKNOWN),
    "helo_name": lambda session, _hit, _reason: session.helo_name or "",
    "server_name": lambda session, _hit, _reason: session.settings.myhostname,
    "sender": lambda session, _hit, _reason: _address_value("sender", session.sender),
    "sender_name": lambda session, _hit, _reason: _address_value("sender_name", session.sender),
    "sender_domain": lambda session, _hit, _reason: _address_value("sender_domain", session.sender),
    "recipient": lambda session, _hit, _reason: _address_value("recipient", session.recipient),
    "recipient_name": lambda session, _hit, _reason: _address_value("recipient_name", session.recipient),
    "recipient_domain": lambda session, _hit, _reason: _address_value("recipient_domain", session.recipient),
}
"""What is known without asking. Only what a template names is made."""

NAMES = frozenset(_VALUES) | _CLIENT_NAMES | {"localtime"}
"""The names that a template may use (postconf(5) default_rbl_reply)."""


def _address_value(name: str, address: str | None) -> str:
    return address_values(name.partition("_")[0], address).get(name, "")


def _ask_for_values(session: Session, wanted: frozenset[str], values: dict[str, str]) -> Asking[None]:
    client = session.client
    if not wanted.isdisjoint(_CLIENT_NAMES):
        names = yield from client_names(session)
        with_port = session.settings.smtpd_client_port_logging
        values["client"] = client_label(client, names.name, with_port=with_port)
        values["client_name"] = names.name
        values["reverse_client_name"] = names.reverse_name
    if "localtime" in wanted:
        answer = yield from ask(LocalTime())
        values["localtime"] = answer.value if isinstance(answer, Found) else ""


def address_values(prefix: str, address: str | None) -> dict[str, str]:
    """The address, its localpart and its domain. A null sender is `<>` with an empty domain."""
    if address is None:
        return {}
    if not address:
        return {prefix: "<>", f"{prefix}_name": "<>"}
    name, at, domain = address.rpartition("@")
    return {prefix: address, f"{prefix}_name": name if at else address, f"{prefix}_domain": domain if at else ""}


def clean(value: str, allowed: str) -> str:
    """Replace each octet that smtpd_expansion_filter does not allow by an underscore."""
    if not allowed or _octets_of(allowed).issuperset(value):
        return value
    return "".join(c if c in allowed else "_" * len(c.encode("utf-8", "surrogateescape")) for c in value)


@lru_cache(maxsize=16)
def _octets_of(text: str) -> frozenset[str]:
    return frozenset(text)


def _read_reply(text: str) -> Reply:
    match = _REPLY.match(text)
    if match is None:
        return Reply(450, "4.7.1", "Service unavailable")
    code, enhanced, rest = match.groups()
    return Reply(int(code), enhanced or f"{code[0]}.7.1", rest.lstrip() or "Service unavailable")


quick(Hit)
