"""Random policies: one main.cf and its tables for a batch, and a door of master.cf for every policy in it.

All of it is drawn from one random.Random, so that a seed names a run. What Gatepost does not carry out by design
(FILTER, HOLD, REDIRECT, BCC: it keeps no queue) and what it leaves to a later issue is not drawn.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.parity.world import ADDRESS_LISTS, ALLOW_DOMAIN_LISTS, ALLOW_LISTS, DOMAIN_LISTS, OWN_ADDRESS, TABLE_KEYS

MAIN_CF = """\
compatibility_level = {level}
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file = {directory}/maillog
maillog_file_prefixes = {directory}
mail_owner = postfix
inet_interfaces = 127.0.0.1, ::1, {own_address}
inet_protocols = all
myhostname = mx.ours.example
mydomain = ours.example
myorigin = ours.example
mydestination = mx.ours.example, local.example, ours.example
mynetworks = 127.0.0.0/8
default_database_type = texthash
alias_maps =
local_recipient_maps = texthash:$config_directory/local_users
relay_domains = relay.example, texthash:$config_directory/relay_more
relay_recipient_maps = {relay_recipient_maps}
virtual_alias_domains = alias.example
virtual_alias_maps = texthash:$config_directory/aliases
virtual_mailbox_domains = vmail.example
virtual_mailbox_maps = texthash:$config_directory/mailboxes
transport_maps = {transport_maps}
default_transport = discard
local_transport = discard
virtual_transport = discard
relay_transport = discard
recipient_delimiter = {recipient_delimiter}
show_user_unknown_table_name = {show_table_name}
parent_domain_matches_subdomains = {parents}
allow_percent_hack = {allow_percent_hack}
swap_bangpath = {swap_bangpath}
resolve_dequoted_address = {resolve_dequoted_address}
in_flow_delay = 0
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 100000
smtpd_hard_error_limit = 100000
smtpd_junk_command_limit = 100000
smtpd_client_connection_count_limit = 0
smtpd_forbid_unauth_pipelining = no
smtpd_forbid_bare_newline = no
smtpd_client_event_limit_exceptions =
smtpd_timeout = 20s
rbl_answer_guard = no
max_idle = 10s
"""

FILES = {
    "local_users": "known x\nalias x\nlocal x\n",
    "relay_more": "source.example x\nrefused.example x\n",
    "relay_users": "user@relay.example x\nknown x\n@sub.relay.example x\nrefused@relay.example x\nlater@relay.example x\n",
    "aliases": "alias@alias.example known@ours.example\nrole@ours.example known@ours.example\n",
    "mailboxes": "box@vmail.example box/\n",
    "transport": (
        "refused@relay.example error:5.1.6 this one has moved\n"
        "later@relay.example retry:come back later\n"
        "refused.example error:nobody home\n"
        "listed-domain.example error:5.7.9 not there\n"
    ),
}

ACTIONS = (
    "DUNNO", "OK", "OK", "RELAY", "ok with text", "dunno", "REJECT", "REJECT not you", "reject 5.1.8 lower case",
    "REJECT 4.1.1 other digit", "REJECT 5.7 half a code", "REJECT 5.1.7  two  blanks", "REJECT 5.1.1 unknown",
    "DEFER", "DEFER 4.3.2 later", "DEFER 5.1.3 wrong digit", "450 4.1.1 greylisted", "550 plain text", "554 5.1.8 with status",
    "550", "450", "2", "421 4.7.0 closing", "521 5.3.2 no mail here", "571 odd code", "599 5.9.9 most", "400 least",
    "5501 four digits", "54x letters", "250 hello", "REJECTED", "DEFER_IF_PERMIT", "DEFER_IF_PERMIT 4.1.3 maybe",
    "DEFER_IF_REJECT", "DEFER_IF_REJECT 4.2.2 if so", "DEFER_IF_PERMIT 5.2.3 wrong digit", "INFO a word", "WARN a word", "INFO",
    "PREPEND X-Seen: yes", "PREPEND no header", "PREPEND", "DISCARD", "DISCARD with text", "HANGUP", "permit", "reject", "defer",
    "reject_unauth_destination", "permit_auth_destination, reject", "warn_if_reject reject", "warn_if_reject reject, permit",
    "defer_if_permit", "defer_if_reject, reject", "defer_if_permit defer_if_reject", "texthash:nested", "permit_mynetworks, reject",
    "first_class", "second_class", "First_Class", "reject_non_fqdn_sender, reject_unknown_sender_domain", "no_such_word, permit",
    "reject_rbl_client bl.test", "check_client_access", "sleep 0, reject", "REJECT " + "long " * 60, "REJECT 5.1.2 a\ttab",
    "WARN", "DEFER 4.7", "550 5.1.1.1 four", "REJECT $1", "discard", "REJECT\ttab before",
)  # fmt: skip

PATTERNS = (
    r"/good/", r"/^192\.0\.2\./", r"/@.*\.example$/", r"/^(.*)@(.*)$/", r"/^[0-9.]+$/", r"/^unknown$/", r"!/example/", r"/^<>$/",
    r"/Ann/i", r"/^mail\./", r"/^\[/", r"/^known/", r"/^$/", r"/relay/", r"/^([a-z]+)\.(.*)/",
)  # fmt: skip

NETWORKS = (
    "192.0.2.0/24",
    "198.51.100.0/25",
    "203.0.113.64/26",
    "127.0.0.0/8",
    "2001:db8::/32",
    "!192.0.2.0/28",
    "203.0.113.9",
)

TEMPLATES = (
    "$rbl_code Service unavailable; $rbl_class [$rbl_what] blocked using $rbl_domain${rbl_reason?; $rbl_reason}",
    "$rbl_code 5.7.9 $rbl_what is on $rbl_domain: $rbl_txt",
    "450 4.7.0 ${client}/${client_name}/${client_address}/${reverse_client_name}/$helo_name",
    "554 s=$sender sn=$sender_name sd=$sender_domain r=$recipient rn=$recipient_name rd=$recipient_domain",
    "$rbl_code",
    "550 $server_name ${rbl_reason:nothing said}",
    "550 ${rbl_reason?{yes: $rbl_reason}:{no}}",
    "250 not a refusal",
    "no code",
    "$no_such_name x",
    "554 $$5 and 100%",
    "$rbl_code $rbl_domain",
)

PLAIN_WORDS = (
    "permit_mynetworks", "permit_inet_interfaces", "permit_sasl_authenticated", "reject_unknown_client_hostname",
    "reject_unknown_client", "reject_unknown_reverse_client_hostname", "reject_invalid_helo_hostname", "reject_invalid_hostname",
    "reject_non_fqdn_helo_hostname", "reject_non_fqdn_hostname", "reject_unknown_helo_hostname", "reject_unknown_hostname",
    "reject_non_fqdn_sender", "reject_unknown_sender_domain", "reject_unknown_address",
    "reject_non_fqdn_recipient", "reject_unknown_recipient_domain",
    "permit_auth_destination", "reject_unauth_destination", "defer_unauth_destination", "reject_multi_recipient_bounce",
    "reject_unauth_pipelining", "REJECT_NON_FQDN_SENDER",
)  # fmt: skip

UNLISTED_WORDS = ("reject_unlisted_recipient", "check_recipient_maps")
"""Drawn for the recipient's lists only: elsewhere Postfix 3.7 forgets, after a refusal, that the next address is unchecked."""

FINAL_WORDS = ("permit", "reject", "defer", "defer_if_permit", "defer_if_reject", "reject_plaintext_session")
CHECKS = ("check_client_access", "check_helo_access", "check_sender_access", "check_recipient_access")
ADDRESS_LIST_WORDS = ("reject_rbl_client", "reject_rbl")
DOMAIN_LIST_WORDS = (
    "reject_rhsbl_client", "reject_rhsbl_reverse_client", "reject_rhsbl_helo", "reject_rhsbl_sender", "reject_rhsbl_recipient",
)  # fmt: skip
MISTAKES = (
    "no_such_restriction",
    "check_client_access",
    "sleep x",
    "reject_rbl_client",
    "warn_if_reject",
    "First_class",
)

CODES = (
    "reject_code", "defer_code", "access_map_reject_code", "access_map_defer_code", "maps_rbl_reject_code", "relay_domains_reject_code",
    "unknown_address_reject_code", "unknown_client_reject_code", "unknown_hostname_reject_code", "invalid_hostname_reject_code",
    "non_fqdn_reject_code", "multi_recipient_bounce_reject_code", "plaintext_reject_code", "unknown_local_recipient_reject_code",
    "unknown_relay_recipient_reject_code", "unknown_virtual_alias_reject_code", "unknown_virtual_mailbox_reject_code",
)  # fmt: skip

Parameters = dict[str, str]


@dataclass(frozen=True, slots=True)
class Batch:
    """One configuration: main.cf with `{directory}` still open, table files by name, the overrides of each door."""

    main_cf: str
    files: dict[str, str]
    policies: tuple[Parameters, ...]


def draw_batch(chance: random.Random, count: int) -> Batch:
    """A batch of `count` policies."""
    files = FILES | {f"table{n}": _text_table(chance) for n in range(6)}
    files |= {f"patterns{n}": _pattern_table(chance) for n in range(3)}
    files |= {f"nets{n}": _network_table(chance) for n in range(2)}
    files["replies"] = "".join(f"{zone} {chance.choice(TEMPLATES)}\n" for zone in ADDRESS_LISTS + DOMAIN_LISTS[:2])
    has_transport = chance.random() < 0.5
    main_cf = MAIN_CF.format(
        level=chance.choice(("3.6", "3.6", "2")),
        directory="{directory}",
        own_address=OWN_ADDRESS,
        transport_maps="texthash:$config_directory/transport" if has_transport else "",
        relay_recipient_maps=chance.choice(("", "texthash:$config_directory/relay_users")),
        recipient_delimiter=chance.choice(("", "+", "+-")),
        parents=chance.choice(("relay_domains smtpd_access_maps mynetworks", "smtpd_access_maps", "relay_domains")),
        show_table_name=_yes(chance, 0.8),
        allow_percent_hack=_yes(chance, 0.8),
        swap_bangpath=_yes(chance, 0.8),
        resolve_dequoted_address=_yes(chance, 0.8),
    )
    return Batch(main_cf, files, tuple(_Drawer(chance, has_transport).policy() for _ in range(count)))


def chance_word(chance: random.Random, words: Sequence[str], probability: float) -> str:
    """One of the words, or nothing."""
    return f" {chance.choice(words)}" if chance.random() < probability else ""


def _yes(chance: random.Random, probability: float) -> str:
    return "yes" if chance.random() < probability else "no"


def _text_table(chance: random.Random) -> str:
    keys = chance.sample(TABLE_KEYS, 16)
    return "".join(f"{_quoted(key)} {chance.choice(ACTIONS)}\n" for key in keys)


def _quoted(key: str) -> str:
    """A key with a blank goes into quotes, which stay part of it: only keys that have them already are kept so."""
    return key if " " not in key or key.startswith('"') else key.replace(" ", "_")


def _pattern_table(chance: random.Random) -> str:
    lines = []
    for pattern in chance.sample(PATTERNS, 4):
        action = chance.choice(ACTIONS)
        if "$" in action and "(" not in pattern:
            action = "REJECT plain"
        lines.append(f"{pattern} {action}")
    if chance.random() < 0.4:
        lines = [chance.choice(("if /example/", "if !/example/")), *lines[:3], "endif", *lines[3:]]
    if chance.random() < 0.5:
        lines.append(r"/^([^@]+)@(.*)$/ REJECT $1 of ${2} and $(1)")
    return "".join(f"{line}\n" for line in lines)


def _network_table(chance: random.Random) -> str:
    return "".join(f"{network} {chance.choice(ACTIONS)}\n" for network in chance.sample(NETWORKS, 4))


class _Drawer:
    """Draws one policy.

    Where transport_maps refuses recipients, unlisted ones are always refused: Postfix would queue and bounce them.
    """

    def __init__(self, chance: random.Random, has_transport: bool) -> None:
        self.chance = chance
        self.has_transport = has_transport

    def policy(self) -> Parameters:
        """The overrides of one door."""
        chance = self.chance
        relay, recipient = self._relay_and_recipient()
        parameters = {
            "smtpd_client_restrictions": self.words(0, 4),
            "smtpd_helo_restrictions": self.words(0, 4),
            "smtpd_sender_restrictions": self.words(0, 4),
            "smtpd_relay_restrictions": relay,
            "smtpd_recipient_restrictions": recipient,
            "smtpd_data_restrictions": self.words(0, 2) if chance.random() < 0.4 else "",
            "smtpd_end_of_data_restrictions": self.words(0, 2) if chance.random() < 0.3 else "",
            "smtpd_etrn_restrictions": self.words(0, 2) if chance.random() < 0.3 else "",
            "smtpd_restriction_classes": "first_class, second_class",
            "first_class": self.words(1, 3, with_classes=False),
            "second_class": self.words(1, 2, with_classes=False) + chance_word(chance, ("first_class",), 0.3),
            "smtpd_delay_reject": _yes(chance, 0.7),
            "smtpd_relay_before_recipient_restrictions": _yes(chance, 0.6),
        }
        return parameters | self._details()

    def _details(self) -> Parameters:
        chance = self.chance
        possible = {
            "soft_bounce": "yes",
            "smtpd_helo_required": "yes",
            "strict_rfc821_envelopes": "yes",
            "disable_vrfy_command": "yes",
            "smtpd_reject_unlisted_sender": "yes",
            "smtpd_reject_unlisted_recipient": "no",
            "allow_untrusted_routing": "yes",
            "smtpd_null_access_lookup_key": "unknown",
            "unknown_address_tempfail_action": "defer",
            "unknown_helo_hostname_tempfail_action": "defer",
            "smtpd_client_port_logging": "no",
            "rbl_reply_maps": "texthash:$config_directory/replies",
            "mynetworks": chance.choice(
                (
                    "192.0.2.0/28",
                    "192.0.2.1/24",
                    "good.example",
                    "!192.0.2.10 192.0.2.0/24",
                    "[2001:db8::]/32",
                    "cidr:$config_directory/nets0",
                )
            ),
            "smtpd_peername_lookup": "no",
            chance.choice(CODES): chance.choice(("550", "450", "554", "521", "599")),
            "smtpd_expansion_filter": "abcdefghijklmnopqrstuvwxyz.@",
        }
        chosen = {name: value for name, value in possible.items() if chance.random() < 0.15}
        if self.has_transport:
            chosen.pop("smtpd_reject_unlisted_recipient", None)
        if chance.random() < 0.2:
            chosen["default_rbl_reply"] = chance.choice([t for t in TEMPLATES if "no_such" not in t])
        return chosen

    def _relay_and_recipient(self) -> tuple[str, str]:
        """Both lists; relay control in one of them, before any permit, as Postfix demands to start at all."""
        control = self.chance.choice(
            ("reject_unauth_destination", "defer_unauth_destination", "reject_unauth_destination")
        )
        before = self.chance.choice(
            ("", "permit_mynetworks ", "warn_if_reject reject_unknown_sender_domain ", "defer_if_reject ")
        )
        if self.chance.random() < 0.7:
            return before + control + " " + self.words(0, 2), self.words(0, 6) + chance_word(
                self.chance, UNLISTED_WORDS, 0.15
            )
        unlisted = chance_word(self.chance, UNLISTED_WORDS, 0.15)
        return "", before + control + " " + self.words(0, 6) + unlisted

    def words(self, least: int, most: int, *, with_classes: bool = True) -> str:
        """A random list. A class that names itself, which kills Postfix at its start, is not drawn."""
        return " ".join(self._one(with_classes) for _ in range(self.chance.randint(least, most)))

    def _one(self, with_classes: bool) -> str:
        kinds: Sequence[tuple[Callable[[], str], int]] = (
            (lambda: self.chance.choice(PLAIN_WORDS), 40),
            (self._access, 30),
            (lambda: f"{self.chance.choice(ADDRESS_LIST_WORDS)} {self._zone(ADDRESS_LISTS)}", 8),
            (lambda: f"{self.chance.choice(DOMAIN_LIST_WORDS)} {self._zone(DOMAIN_LISTS)}", 8),
            (lambda: f"permit_dnswl_client {self._zone(ALLOW_LISTS)}", 2),
            (lambda: f"permit_rhswl_client {self._zone(ALLOW_DOMAIN_LISTS)}", 2),
            (lambda: self.chance.choice(FINAL_WORDS), 8),
            (lambda: self.chance.choice(("first_class", "second_class")), 4 if with_classes else 0),
            (lambda: self.chance.choice(MISTAKES), 1),
        )
        draw = self.chance.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        return ("warn_if_reject " if self.chance.random() < 0.12 else "") + draw()

    def _zone(self, zones: Sequence[str]) -> str:
        return self.chance.choice([zone for zone in zones if zone[0] != "["])

    def _access(self) -> str:
        check = self.chance.choice((*CHECKS, "")) + " "
        return check.lstrip() + self._table()

    def _table(self) -> str:
        chance = self.chance
        kind = chance.choices(
            ("texthash", "regexp", "pcre", "cidr", "static", "inline", "missing"), (40, 12, 8, 10, 8, 15, 2)
        )[0]
        action = chance.choice([a for a in ACTIONS if "$" not in a and "\t" not in a])
        if kind == "texthash":
            return f"texthash:$config_directory/table{chance.randrange(6)}"
        if kind in ("regexp", "pcre"):
            return f"{kind}:$config_directory/patterns{chance.randrange(3)}"
        if kind == "cidr":
            return f"cidr:$config_directory/nets{chance.randrange(2)}"
        if kind == "static":
            return "static:{" + action + "}"
        if kind == "inline":
            keys = chance.sample(
                [key for key in TABLE_KEYS if " " not in key and "=" not in key and "," not in key], 5
            )
            return (
                "inline:{"
                + ", ".join("{" + f"{key} = {chance.choice(('OK', action, action, 'DUNNO'))}" + "}" for key in keys)
                + "}"
            )
        return "texthash:$config_directory/missing"
