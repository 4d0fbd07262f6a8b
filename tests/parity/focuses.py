"""How an outcome that is still rare is reached: words for a list, parameters, and who should come.

A focus is one row of the coverage table. Most restrictions reach all their outcomes by themselves when they stand in
front of random sessions; the rest is said here. The tables of the checks answer every key alike, or only those of the
people who come.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from gatepost.policy.registry import RESTRICTIONS, Argument
from tests.parity.certificates import CERTIFICATES, KEYED, KNOWN, KNOWN_FINGERPRINTS, TLS, TRUSTED, UNTRUSTED
from tests.parity.further_words import LOGINS
from tests.parity.login_server import AUTH
from tests.parity.outcomes import MISTAKE, Row, may_permit
from tests.parity.policy_server import DEAD_PORT, PORT
from tests.parity.sessions import Hints
from tests.parity.vocabulary import ACTIONS

Parameters = dict[str, str]


@dataclass(frozen=True, slots=True)
class Focus:
    """What a policy is given so that it reaches a row. `ends`: what stands behind it is not reached."""

    words: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    hints: Hints = field(default_factory=Hints)
    ends: bool = False
    is_etrn: bool = False


_ACTIONS_FOR: dict[str, tuple[str, ...]] = {
    "OK": ("OK", "RELAY", "2", "450", "ok with text"),
    "fault 4.3.5": ("OK", "RELAY", "554", "texthash:nested"),
    "DUNNO": ("DUNNO", "dunno with text"),
    "4xx": ("DEFER", "DEFER 4.3.2 later", "450 4.1.1 greylisted", "400 least", "DEFER 5.1.3 wrong digit"),
    "5xx": ("REJECT", "REJECT not you", "550 plain text", "554 5.1.8 with status", "599 5.9.9 most", "REJECT 4.1.1 no"),
    "defer_if_permit": ("DEFER_IF_PERMIT", "DEFER_IF_PERMIT 4.1.3 maybe", "DEFER_IF_PERMIT 5.2.3 wrong digit"),
    "defer_if_reject": ("DEFER_IF_REJECT", "DEFER_IF_REJECT 4.2.2 if so"),
    "effect": ("INFO a word", "WARN", "PREPEND X-Seen: yes", "DISCARD", "INFO"),
    "names restrictions": (
        "reject_unauth_destination", "permit_mynetworks, reject", "first_class", "defer_if_reject, reject",
        "reject_non_fqdn_sender, reject_unknown_sender_domain", "warn_if_reject reject",
    ),
}  # fmt: skip

_ACTION_TEXTS: dict[Row, tuple[str, ...]] = {
    Row("action", "4NN text", "4xx"): ("450 4.1.1 greylisted", "400 least", "450 words"),
    Row("action", "5NN text", "5xx"): ("550 plain text", "571 odd code", "554 5.1.8 with status"),
    Row("action", "BCC", "BCC"): ("BCC copy@vmail.example", "bcc copy@good.example"),
    Row("action", "BCC", "DUNNO"): ("BCC", "BCC nobody"),
    Row("action", "FILTER", "FILTER"): ("FILTER discard:nowhere", "filter smtp:[127.0.0.1]:1"),
    Row("action", "FILTER", "DUNNO"): ("FILTER", "FILTER nowhere"),
    Row("action", "HOLD", "HOLD"): ("HOLD", "hold for a while"),
    Row("action", "REDIRECT", "REDIRECT"): ("REDIRECT copy@vmail.example",),
    Row("action", "REDIRECT", "DUNNO"): ("REDIRECT", "REDIRECT nobody"),
    Row("action", "PREPEND", "PREPEND"): ("PREPEND X-Seen: yes",),
    Row("action", "PREPEND", "DUNNO"): ("PREPEND no header", "PREPEND"),
    Row("action", "restrictions", "names restrictions"): _ACTIONS_FOR["names restrictions"],
    Row("action", "type:table", "fault 4.3.5"): ("texthash:nested",),
    Row("action", "only digits", "OK"): ("2", "450", "5501"),
    Row("action", "only digits", "DUNNO"): ("2", "450", "5501"),
    Row("action", "only digits", "fault 4.3.5"): ("2", "450", "5501"),
}
"""Actions whose name alone is not a text of theirs."""

_ENDING = ("4xx", "5xx", "fault", "table fails", "refused", "no answer", "HANGUP", "DISCARD")
_SERVERS = ("_a_access", "_mx_access", "_ns_access")
_CLIENTS = ("192.0.2.10",)
_NAMES = ("good.example", "mail.good.example")
_SENDERS = ("ann@good.example",)
_RECIPIENTS = ("friend@good.example",)

_LOGIN = {"smtpd_sasl_auth_enable": "yes", "smtpd_discard_ehlo_keywords": "auth"}
_LOGIN_MAPS = _LOGIN | {"smtpd_sender_login_maps": "texthash:$config_directory/logins"}
_NO_LOGIN_MAPS = _LOGIN | {"smtpd_sender_login_maps": "texthash:$config_directory/missing"}
_OWNED = Hints(senders=("ann@good.example", "bob@onlya.example", "known@ours.example", "bob@nodot", "x@far.example"))
_LOGGED_IN = Hints(senders=_OWNED.senders, logins=("ann", "bob", "nobody", "Ann"))
_NO_REPLIES = {"rbl_reply_maps": "texthash:$config_directory/missing"}
_NO_CLIENTS = TLS | {"relay_clientcerts": "texthash:$config_directory/missing"}
_TABLE_AWAY = {"local_recipient_maps": "texthash:$config_directory/missing"}

_SPECIAL: dict[tuple[str, str], tuple[Parameters, Hints]] = {
    ("permit_dnswl_client", "OK"): ({}, Hints(clients=("203.0.113.68", "192.0.2.10"), recipients=("known@ours.example",))),
    ("permit_rhswl_client", "OK"): ({}, Hints(clients=("192.0.2.10",), recipients=("known@ours.example",))),
    ("permit_dnswl_client", "defer_if_reject"): ({}, Hints(is_fresh=True)),
    ("permit_rhswl_client", "defer_if_reject"): ({}, Hints(is_fresh=True)),
    ("permit_inet_interfaces", "OK"): ({}, Hints(clients=("192.0.2.1",))),
    ("permit_mx_backup", "OK"): ({}, Hints(recipients=("user@backup.example", "user@far.example", "known@ours.example"))),
    ("permit_mx_backup", "defer_if_reject"): ({}, Hints(recipients=("user@half.example", "user@lost.example", "x@fails.example"))),
    ("permit_mynetworks", "OK"): ({"mynetworks": "192.0.2.0/28, [2001:db8::]/32"}, Hints()),
    ("permit_mynetworks", "fault 4.3.0"): ({"mynetworks": "192.0.2.1/24"}, Hints()),
    ("permit_naked_ip_address", "OK"): ({}, Hints(helos=("192.0.2.10", "2001:db8::5", "::1"))),
    ("permit_naked_ip_address", "refused 5.2"): ({}, Hints(helos=("12345", "1.2.3", "192.0.2.999", "1.2.3.4.5"))),
    ("permit_sasl_authenticated", "OK"): (_LOGIN, Hints(logins=LOGINS)),
    ("permit_tls_clientcerts", "OK"): (TLS, Hints(certificates=(KNOWN, KEYED))),
    ("permit_tls_clientcerts", "fault 4.3.0"): (_NO_CLIENTS, Hints(certificates=(KNOWN, UNTRUSTED, TRUSTED))),
    ("permit_tls_all_clientcerts", "OK"): (TLS, Hints(certificates=(KNOWN, TRUSTED))),
    ("permit_tls_all_clientcerts", "fault 4.3.0"): (_NO_CLIENTS, Hints(certificates=(KNOWN, UNTRUSTED))),
    ("reject_plaintext_session", "DUNNO"): (TLS, Hints(certificates=CERTIFICATES)),
    ("reject_unauth_pipelining", "refused 5.0"): ({}, Hints(is_pipelined=True)),
    ("reject_multi_recipient_bounce", "refused 5.3"): ({}, Hints(senders=("",), recipients=("known@ours.example",))),
    ("reject_unknown_helo_hostname", "refused 5.2"): ({}, Hints(helos=("[192.0.2]", "[2001:db8::5]"))),
    ("reject_unknown_helo_hostname", "defer_if_permit"): ({}, Hints(helos=("fails.example", "x.fails.example"))),
    ("reject_unknown_helo_hostname", "refused 7.1"): ({}, Hints(helos=("void.example", "pc1"))),
    ("reject_invalid_helo_hostname", "refused 5.2"): ({}, Hints(helos=("-x.example", "a..b", "[192.0.2]", "12345"))),
    ("reject_non_fqdn_recipient", "refused 5.2"): ({}, Hints(recipients=("bob@nodot", "known", "MAILER-DAEMON"))),
    ("reject_unknown_recipient_domain", "refused 1.2"): ({}, Hints(recipients=("friend@void.example",))),
    ("reject_unknown_recipient_domain", "refused 1.10"): ({}, Hints(recipients=("friend@nullmx.example",))),
    ("reject_unknown_recipient_domain", "defer_if_permit"): ({}, Hints(recipients=("friend@fails.example",))),
    ("reject_unknown_sender_domain", "refused 1.8"): ({}, Hints(senders=("bob@void.example", "bob@nodot"))),
    ("reject_unknown_sender_domain", "refused 7.27"): ({}, Hints(senders=("bob@nullmx.example",))),
    ("reject_unknown_sender_domain", "defer_if_permit"): ({}, Hints(senders=("bob@fails.example", "bob@afails.example"))),
    ("reject_rbl_client", "refused"): ({}, Hints(clients=("203.0.113.66", "203.0.113.67", "2001:db8::6"))),
    ("reject_maps_rbl", "refused"): ({}, Hints(clients=("203.0.113.66", "203.0.113.67", "2001:db8::6"))),
    ("reject_rhsbl_client", "refused"): ({}, Hints(clients=("203.0.113.66",))),
    ("reject_rhsbl_reverse_client", "refused"): ({}, Hints(clients=("203.0.113.66",))),
    ("reject_rhsbl_helo", "refused"): ({}, Hints(helos=("listed-domain.example", "spam.source.example"))),
    ("reject_rhsbl_sender", "refused"): ({}, Hints(senders=("bob@listed-domain.example",))),
    ("reject_rhsbl_recipient", "refused"): ({}, Hints(recipients=("x@listed-domain.example",))),
    ("reject_unlisted_recipient", "fault 4.3.0"): (_TABLE_AWAY, Hints(recipients=("known@ours.example", "nobody@local.example"))),
    ("reject_unlisted_sender", "fault 4.3.0"): (_TABLE_AWAY, Hints(senders=("known@ours.example", "nobody@local.example"))),
    ("reject_unlisted_recipient", "refused by route"): ({}, Hints(recipients=("refused@relay.example", "user@refused.example"))),
    ("reject_unlisted_sender", "refused by route"): ({}, Hints(senders=("refused@relay.example", "bob@listed-domain.example"))),
    ("reject_unlisted_sender", "refused 1.0"): ({}, Hints(senders=("nobody@local.example", "nobody@vmail.example"))),
}  # fmt: skip
"""What a restriction needs besides standing first. The list it asks is in _ZONES."""

_ZONES = {
    ("reject_rbl_client", "refused"): ("bl.test", "bl.test=127.0.0.[2..4;9]"),
    ("reject_rbl_client", "fault 4.3.5"): ("bl.test",),
    ("permit_dnswl_client", "OK"): ("wl.test",),
    ("permit_rhswl_client", "OK"): ("dwl.test",),
    ("permit_dnswl_client", "defer_if_reject"): ("fails.test",),
    ("permit_rhswl_client", "defer_if_reject"): ("fails.test",),
}


def focus_on(row: Row, chance: random.Random) -> Focus:
    """A way to reach a row of the coverage table; those who must be logged in say AUTH half of the time."""
    focus = _focus_on(row, chance)
    if not focus.hints.logins or chance.random() < 0.5:
        return focus
    return replace(focus, parameters={**focus.parameters, **AUTH}, hints=replace(focus.hints, is_logging_in=True))


def _focus_on(row: Row, chance: random.Random) -> Focus:
    if row.kind == "action":
        return _on_action(row, chance)
    name, outcome = row.name, row.outcome
    if name == MISTAKE:
        word = chance.choice(("no_such_restriction", "sleep x"))
        return Focus(f"permit {word}") if outcome == "skipped" else Focus(word, ends=True)
    argument = RESTRICTIONS[name].argument
    if outcome == "skipped":
        return Focus(f"permit {_with_argument(row, chance)}")
    if argument in (Argument.TABLE, Argument.CERTIFICATE_TABLE) or name == "check_policy_service":
        if outcome == "table fails":
            return _checked(name, "texthash:$config_directory/missing", outcome)
        if outcome == "no answer":
            return Focus(f"{name} {{ inet:127.0.0.1:{DEAD_PORT}, try_limit=1 }}", ends=True)
        return _answered(name, chance.choice(_ACTIONS_FOR[outcome]), outcome, chance)
    parameters, hints = _special(name, outcome)
    return Focus(_with_argument(row, chance), parameters, hints, outcome.startswith(_ENDING))


def _special(name: str, outcome: str) -> tuple[Parameters, Hints]:
    if name.endswith("_sender_login_mismatch"):
        maps = _NO_LOGIN_MAPS if outcome.startswith("fault") else _LOGIN_MAPS
        return maps, _OWNED if "unauthenticated" in name else _LOGGED_IN
    if outcome == "fault 4.3.5":  # of the rest only lists have a table, that of their reply
        return _NO_REPLIES, _SPECIAL[name, "refused"][1]
    return _SPECIAL.get((name, outcome), ({}, Hints()))


def _with_argument(row: Row, chance: random.Random) -> str:
    """The restriction of a row, with what must stand behind it."""
    match RESTRICTIONS[row.name].argument:
        case Argument.ZONE:
            default = (
                ("wl.test", "dwl.test") if row.name.startswith("permit") else ("dbl.test", "dbl.test=127.0.1.[2;4;5]")
            )
            return f"{row.name} {chance.choice(_ZONES.get((row.name, row.outcome), default))}"
        case Argument.TABLE | Argument.CERTIFICATE_TABLE:
            return f"{row.name} static:{{DUNNO}}"
        case Argument.POLICY_SERVICE:
            return f"{row.name} {policy_answer('DUNNO')}"
        case Argument.SECONDS:
            return f"{row.name} 0"
    return row.name


def _on_action(row: Row, chance: random.Random) -> Focus:
    text = chance.choice(_ACTION_TEXTS.get(row, (row.name, row.name.lower(), f"{row.name} with words")))
    forgeable = ("check_reverse_client_hostname_access", "check_sender_mx_access", "check_helo_a_access")
    usual = (
        "check_client_access",
        "check_sender_access",
        "check_recipient_access",
        "check_policy_service",
        "check_helo_access",
    )
    if row.outcome == "DUNNO" and row.name in ("DISCARD", "HOLD"):
        return Focus(
            f"check_client_access static:{{{text}}}", {"smtpd_delay_reject": "no"}, is_etrn=chance.random() < 0.5
        )
    if row.outcome == "DUNNO" and row.name in ("OK", "RELAY", "only digits"):
        no_routing, routed = (
            {"allow_untrusted_routing": "no"},
            Hints(recipients=("a%b@ours.example", "a!b@ours.example")),
        )
        return Focus(f"check_recipient_access static:{{{text}}}", no_routing, routed)
    parameters = {}
    if row.name in ("REJECT", "DEFER"):
        code = {"4xx": "450", "5xx": "550"}[row.outcome]
        parameters = {"access_map_reject_code" if row.name == "REJECT" else "access_map_defer_code": code}
    is_fault = row.outcome.startswith("fault") and ":" not in text
    focus = _answered(chance.choice(forgeable if is_fault else usual), text, row.outcome, chance)
    return Focus(focus.words, {**focus.parameters, **parameters}, focus.hints, row.name in _ENDING or focus.ends)


def _answered(name: str, text: str, outcome: str, chance: random.Random) -> Focus:
    """A check whose table answers with a text."""
    if name == "check_policy_service":
        if outcome.startswith("fault"):
            text = "texthash:nested"
        return Focus(f"{name} {policy_answer(text)}", ends=outcome.startswith(_ENDING))
    if outcome == "fault 4.3.5" and may_permit(name):
        text = "texthash:nested"
    if name == "check_etrn_access" or chance.random() < 0.5:
        table = f"static:{{{text}}}"
    else:
        table = "inline:{" + ", ".join(f"{{{key} = {text}}}" for key in _keys(name)) + "}"
    return _checked(name, table, outcome)


def policy_answer(text: str) -> str:
    """A policy service that answers with a text."""
    return f"{{ inet:127.0.0.1:{PORT}, policy_context=action{all_answers().index(text)} }}"


@lru_cache
def all_answers() -> Sequence[str]:
    """What the policy server can answer."""
    texts = [text for found in (_ACTIONS_FOR, _ACTION_TEXTS) for choices in found.values() for text in choices]
    words = [text for word in _PLAIN_ACTIONS for text in (word, word.lower(), f"{word} with words")]
    return tuple(dict.fromkeys((*ACTIONS, *texts, *words)))


_PLAIN_ACTIONS = (
    "DUNNO", "REJECT", "DEFER", "HANGUP", "INFO", "WARN", "DISCARD", "HOLD", "DEFER_IF_PERMIT", "DEFER_IF_REJECT", "OK", "RELAY",
)  # fmt: skip


def _checked(name: str, table: str, outcome: str) -> Focus:
    """A check of a table, with people whom it is about."""
    hints = Hints()
    if name == "check_sasl_access":
        hints = Hints(logins=("ann", "bob"))
    elif name == "check_ccert_access":
        hints = Hints(certificates=(KNOWN, KEYED))
    elif "client" in name:
        hints = Hints(clients=_CLIENTS) if name.endswith(_SERVERS) else Hints()
    elif "helo" in name:
        hints = Hints(helos=_NAMES)
    elif "sender" in name:
        hints = Hints(senders=_SENDERS)
    elif "recipient" in name:
        hints = Hints(recipients=_RECIPIENTS)
    elif "etrn" in name:
        hints = Hints(wants_etrn=True)
    if name.endswith("_a_access"):  # the domain itself must have an address
        hints = replace(
            hints,
            senders=("bob@onlya.example",) if hints.senders else (),
            recipients=("friend@onlya.example",) if hints.recipients else (),
        )
    parameters = {"check_sasl_access": _LOGIN, "check_ccert_access": TLS}.get(name, {})
    ends = outcome.startswith(_ENDING)
    return Focus(f"{name} {table}", parameters, hints, ends, is_etrn="etrn" in name)


def _keys(name: str) -> tuple[str, ...]:
    """Keys that the people who come have in the table of a check."""
    if name.endswith("_ns_access"):
        return ("ns1.good.example", "source.example", "192.0.2.53")
    if name.endswith(("_a_access", "_mx_access")):
        return ("192.0.2", "mail.good.example", "2001:db8::5")
    if name == "check_sasl_access":
        return ("ann", "bob", "nobody")
    if name == "check_ccert_access":
        return (*KNOWN_FINGERPRINTS,)
    if "client" in name:
        return ("192.0.2", "198.51.100", "127", "203.0", "2001:db8:", "example")
    return ("good.example", "ann@")
