"""Random policies: one main.cf and its tables for a batch, and a door of master.cf for every policy in it.

All of it is drawn from one random.Random, so that a seed names a run. While rows of the coverage table are rare, most
policies aim at them (tests/parity/aimed.py); the others are drawn freely.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gatepost.policy.registry import RESTRICTIONS, Argument
from tests.parity.aimed import aimed, draw_aim, hints_of
from tests.parity.coverage import Counts
from tests.parity.door_parameters import DOOR_FILES, draw_parameters
from tests.parity.focuses import all_answers
from tests.parity.further_words import EVERY, login_settings, login_table, policy_service, server_table
from tests.parity.sessions import Hints
from tests.parity.site import draw_site
from tests.parity.vocabulary import (
    ACTIONS,
    ADDRESS_LIST_WORDS,
    CHECKS,
    DOMAIN_LIST_WORDS,
    FILES,
    FINAL_WORDS,
    INLINE_ACTIONS,
    MAIN_CF,
    MISTAKES,
    NETWORKS,
    PATTERNS,
    PLAIN_WORDS,
    TEMPLATES,
    UNLISTED_WORDS,
)
from tests.parity.world import (
    ADDRESS_LISTS,
    ALLOW_DOMAIN_LISTS,
    ALLOW_LISTS,
    DOMAIN_LISTS,
    OWN_ADDRESS,
    TABLE_KEYS,
    XCLIENT_HOST,
)

Parameters = dict[str, str]

AIMED_SHARE = 0.7
"""Of the policies, while anything is rare: the rest keeps finding what nobody thought of."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One configuration: main.cf with `{directory}` still open, table files by name, and for each door its overrides.

    `hints`: who should come to each door.
    """

    main_cf: str
    files: dict[str, str]
    policies: tuple[Parameters, ...]
    hints: tuple[Hints, ...]


def draw_batch(seed: int, count: int, reached: Counts) -> Batch:
    """A batch of `count` policies that aim at what is rare in `reached`.

    Most of the others have one restriction in their middle: all of them in turn, as seeds go on.
    """
    chance = random.Random(seed)
    expected = reached.copy()
    files = FILES | DOOR_FILES | {f"table{n}": _text_table(chance) for n in range(6)}
    files |= {f"patterns{n}": _pattern_table(chance) for n in range(3)}
    files |= {f"nets{n}": _network_table(chance) for n in range(2)}
    files["replies"] = "".join(f"{zone} {chance.choice(TEMPLATES)}\n" for zone in ADDRESS_LISTS + DOMAIN_LISTS[:2])
    has_transport = chance.random() < 0.5
    focuses = [EVERY[(seed * count + n) % len(EVERY)] if chance.random() < 0.8 else "" for n in range(count)]
    drawers = [_Drawer(chance, has_transport, focus) for focus in focuses]
    policies, hints = [], []
    for drawer in drawers:
        aims = draw_aim(expected, chance) if chance.random() < AIMED_SHARE else ()
        policies.append(aimed(drawer.policy(), aims, chance) if aims else drawer.policy())
        hints.append(hints_of(aims))
    site = "".join(f"{name} = {value}\n" for name, value in draw_site(chance, has_transport=has_transport).items())
    main_cf = MAIN_CF.format(directory="{directory}", own_address=OWN_ADDRESS, xclient_host=XCLIENT_HOST) + site
    return Batch(main_cf, files, tuple(policies), tuple(hints))


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
    """Draws one policy."""

    def __init__(self, chance: random.Random, has_transport: bool, focus: str) -> None:
        self.chance = chance
        self.focus = focus
        self.has_transport = has_transport

    def policy(self) -> Parameters:
        """The overrides of one door."""
        chance = self.chance
        relay, recipient = self._relay_and_recipient()
        most = chance.choice((0, 0, 0, 1) if self.focus else (0, 1, 2, 4))
        parameters = {
            "smtpd_client_restrictions": self.words(0, most),
            "smtpd_helo_restrictions": self.words(0, most),
            "smtpd_sender_restrictions": self.words(0, most),
            "smtpd_relay_restrictions": relay,
            "smtpd_recipient_restrictions": recipient,
            "smtpd_data_restrictions": self.words(0, 2) if chance.random() < 0.4 else "",
            "smtpd_end_of_data_restrictions": self.words(0, 2) if chance.random() < 0.3 else "",
            "smtpd_etrn_restrictions": self._etrn() if chance.random() < 0.5 else "",
            "smtpd_restriction_classes": "first_class, second_class",
            "first_class": self.words(1, 3, with_classes=False),
            "second_class": self.words(1, 2, with_classes=False) + chance_word(chance, ("first_class",), 0.3),
            "smtpd_delay_reject": _yes(chance, 0.7),
            "smtpd_relay_before_recipient_restrictions": _yes(chance, 0.6),
        }
        if not relay and chance.random() < 0.3:
            del parameters["smtpd_relay_restrictions"]  # its default
        return parameters | self._details()

    def _details(self) -> Parameters:
        chosen = draw_parameters(self.chance, has_transport=self.has_transport)
        if "login" in self.focus or "sasl" in self.focus or self.chance.random() < 0.5:
            chosen |= login_settings(self.chance)
        return chosen

    def _relay_and_recipient(self) -> tuple[str, str]:
        """Both lists; relay control in one of them, before any permit, as Postfix demands to start at all."""
        control = self.chance.choice(
            ("reject_unauth_destination", "defer_unauth_destination", "reject_unauth_destination")
        )
        before = self.chance.choice(
            (
                "",
                "permit_mynetworks ",
                "permit_sasl_authenticated ",
                "permit_mx_backup ",
                "warn_if_reject reject_unknown_sender_domain ",
                "defer_if_reject ",
                f"{self._any()} ",
            )
        )
        if self.focus and self.chance.random() < 0.9:
            before = f"{self._with_argument(self.focus)} "
        if before == "permit ":  # with that before relay control neither of the two starts
            before = ""
        if self.chance.random() < 0.7:
            return before + control + " " + self.words(0, 2), self.words(0, 6) + chance_word(
                self.chance, UNLISTED_WORDS, 0.15
            )
        unlisted = chance_word(self.chance, UNLISTED_WORDS, 0.15)
        return "", before + control + " " + self.words(0, 6) + unlisted

    def _etrn(self) -> str:
        check = f"check_etrn_access {self._table()} " if self.chance.random() < 0.5 else ""
        return check + self.words(0, 1)

    def words(self, least: int, most: int, *, with_classes: bool = True) -> str:
        """A random list. A class that names itself, which kills Postfix at its start, is not drawn."""
        return " ".join(self._one(with_classes) for _ in range(self.chance.randint(least, most)))

    def _one(self, with_classes: bool) -> str:
        kinds: Sequence[tuple[Callable[[], str], int]] = (
            (lambda: self.chance.choice(PLAIN_WORDS), 40),
            (self._access, 30),
            (lambda: f"{self.chance.choice(ADDRESS_LIST_WORDS)} {self._zone(ADDRESS_LISTS)}", 8),
            (lambda: f"{self.chance.choice(DOMAIN_LIST_WORDS)} {self._zone(DOMAIN_LISTS)}", 8),
            (self._any, 60),
            (lambda: f"permit_dnswl_client {self._zone(ALLOW_LISTS)}", 2),
            (lambda: f"permit_rhswl_client {self._zone(ALLOW_DOMAIN_LISTS)}", 2),
            (lambda: self.chance.choice(FINAL_WORDS), 8),
            (lambda: self.chance.choice(("first_class", "second_class")), 4 if with_classes else 0),
            (lambda: self.chance.choice(MISTAKES), 1),
        )
        draw = self.chance.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]
        return ("warn_if_reject " if self.chance.random() < 0.12 else "") + draw()

    def _any(self) -> str:
        """Any restriction that there is."""
        return self._with_argument(self.chance.choice(EVERY))

    def _with_argument(self, name: str) -> str:
        """A restriction with an argument that suits it."""
        match RESTRICTIONS[name].argument:
            case Argument.ZONE:
                allows = name.startswith("permit")
                if "rhs" in name:
                    return f"{name} {self._zone(ALLOW_DOMAIN_LISTS if allows else DOMAIN_LISTS)}"
                return f"{name} {self._zone(ALLOW_LISTS if allows else ADDRESS_LISTS)}"
            case Argument.POLICY_SERVICE:
                return policy_service(self.chance, all_answers())
            case Argument.SECONDS:
                return f"{name} 0"
            case Argument.TABLE if name.endswith(("_a_access", "_mx_access", "_ns_access")):
                return f"{name} {server_table(self.chance, INLINE_ACTIONS)}"
            case Argument.TABLE if name == "check_sasl_access":
                return f"{name} {login_table(self.chance, INLINE_ACTIONS)}"
            case Argument.TABLE | Argument.CERTIFICATE_TABLE:
                return f"{name} {self._table()}"
        return name

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
        action = chance.choice(INLINE_ACTIONS)
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
