"""Random SMTP sessions: who connects, and what it says, line by line.

A line that begins with DATA is followed by a message if the server asks for one, and by RSET whatever came of it:
Postfix 3.7.11 dies of a second DATA after an end-of-data refusal.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields

from tests.parity.certificates import NONE
from tests.parity.further_words import LOGINS
from tests.parity.login_server import PASSWORD, auth_command
from tests.parity.oddities import odd_line, odd_path, with_option
from tests.parity.world import (
    CLIENTS,
    HELO_NAMES,
    RECIPIENTS,
    SENDERS,
    SPOKEN_FOR,
    SPOKEN_NAMES,
    TELLING_HELO_NAMES,
    TELLING_RECIPIENTS,
    TELLING_SENDERS,
    XCLIENT_HOST,
)

MESSAGE = b"Subject: a trial\r\n\r\nHello.\r\n.\r\n"
BAD_ATTRIBUTES = ("PORT=x", "ADDR=192.0.2", "NAME=a..b", "PROTO=QMTP", "LOGIN=", "FOO=1", "ADDR")
"""Each alone: Postfix lets those before a bad one take effect, Gatepost none."""

STARTTLS = "STARTTLS "
"""The command; in a script the client's certificate stands behind it (tests/parity/certificates.py)."""

ODD_SHARE = 0.1
"""Of the addresses."""

ETRN_DOMAINS = ("relay.example", "good.example", "ours.example", "[192.0.2.1]", "sub.relay.example", "x..y")


@dataclass(frozen=True, slots=True)
class Script:
    """One session. An element of `turns` is sent whole, then a reply to each of its lines is read."""

    client: str
    turns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hints:
    """Who should come, so that a policy is reached in the way that is wanted; empty: anybody.

    `is_fresh`: a client, and a name, that were never seen before, with one recipient: Postfix remembers DNS answers
    for the life of a process. `certificates`: who comes with TLS. `is_logging_in`: by AUTH, not by XCLIENT.
    """

    clients: tuple[str, ...] = ()
    helos: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    logins: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    is_logging_in: bool = False
    is_fresh: bool = False
    is_pipelined: bool = False
    wants_etrn: bool = False

    def joined(self, other: "Hints") -> "Hints | None":
        """Both at once; None where they want different people."""
        values = {}
        for field in fields(self):
            mine, theirs = getattr(self, field.name), getattr(other, field.name)
            if mine and theirs and mine != theirs:
                return None
            values[field.name] = mine or theirs
        return Hints(**values)


def draw_session(chance: random.Random, hints: Hints) -> Script:
    """A session of one to three transactions, mostly with the people that the hints name."""
    greetings = range(chance.choice((0, 1, 1, 1, 1, 2)) if not hints.helos else 1)
    turns = [
        f"{chance.choice(('HELO', 'EHLO', 'EHLO'))} {_one(chance, hints.helos, HELO_NAMES, TELLING_HELO_NAMES)}"
        for _ in greetings
    ]
    turns += _secured(chance, hints)
    must_speak = hints.is_fresh or (hints.logins and not hints.is_logging_in)
    speaks_for_another = must_speak or (not hints.clients and chance.random() < 0.45)
    if speaks_for_another:
        turns.insert(0, _fresh(chance) if hints.is_fresh else _xclient(chance, hints))
        if chance.random() < 0.05:
            turns.insert(0, f"XCLIENT {chance.choice(BAD_ATTRIBUTES)}")
    for _ in range(1 if hints.is_fresh else chance.choice((2, 3) if hints.senders else (1, 1, 2, 3))):
        turns += _transaction(chance, hints)
    for _ in range(3 if hints.wants_etrn else chance.random() < 0.15):
        turns.append(f"ETRN {chance.choice(ETRN_DOMAINS)}")
    for _ in range(chance.choice((0, 0, 0, 1, 3)) if not hints.is_fresh else 0):
        turns.insert(chance.randint(1, len(turns)), odd_line(chance))
    turns.append("QUIT")
    may_group = not any(turn.upper().startswith(("BDAT", STARTTLS)) for turn in turns[1:3])  # octets follow these
    if may_group and chance.random() < (0.9 if hints.is_pipelined else 0.12):
        turns = [*turns[:1], "\n".join(turns[1:3]), *turns[3:]]
    client = XCLIENT_HOST if speaks_for_another else _one(chance, hints.clients, CLIENTS, CLIENTS)
    return Script(client, tuple(turns))


def _secured(chance: random.Random, hints: Hints) -> list[str]:
    """TLS and a login, for a door that has them."""
    turns = []
    if hints.certificates:
        name = chance.choice(hints.certificates) if chance.random() < 0.9 else NONE
        turns += [f"{STARTTLS}{name}", *(["EHLO mail.good.example"] if chance.random() < 0.9 else [])]
    if hints.is_logging_in:
        password = PASSWORD if chance.random() < 0.9 else "wrong"
        turns.append(auth_command(chance.choice([name for name in LOGINS if "+" not in name]), password))
    return turns


def _fresh(chance: random.Random) -> str:
    """A client that nobody has ever heard of, so that no answer about it is remembered."""
    octets = ".".join(str(chance.randint(1, 250)) for _ in range(3))
    return f"XCLIENT ADDR=10.{octets} NAME=n{chance.randrange(10**9)}.good.example"


def _xclient(chance: random.Random, hints: Hints) -> str:
    """XCLIENT with an address, and perhaps names, a login and the rest."""
    address = chance.choice(hints.clients or SPOKEN_FOR)
    words = [f"ADDR={'IPV6:' if ':' in address else ''}{address}" if chance.random() < 0.97 else "ADDR=[UNAVAILABLE]"]
    possible = (
        (0.8, "NAME", (*SPOKEN_NAMES, "[UNAVAILABLE]", "[TEMPUNAVAIL]")),
        (0.5, "REVERSE_NAME", (*SPOKEN_NAMES, "[UNAVAILABLE]", "[TEMPUNAVAIL]")),
        (0.9, "LOGIN", hints.logins) if hints.logins else (0.6, "LOGIN", (*LOGINS, "[UNAVAILABLE]")),
        (0.2, "PORT", ("25", "65535", "[UNAVAILABLE]")),
        (0.2, "PROTO", ("SMTP", "ESMTP", "esmtp")),
        (0.2, "HELO", ("mail.good.example", "pc1", "[UNAVAILABLE]", "a+20b")),
        (0.1, "DESTADDR", ("192.0.2.1", "[UNAVAILABLE]")),
        (0.1, "DESTPORT", ("25", "[UNAVAILABLE]")),
    )
    words += [f"{name}={chance.choice(values)}" for likely, name, values in possible if chance.random() < likely]
    return f"XCLIENT {' '.join(words)}"


def _one(chance: random.Random, hinted: Sequence[str], words: Sequence[str], telling: Sequence[str]) -> str:
    """One of the hinted words; else any, but half of the time one that many restrictions have an opinion about."""
    if hinted and chance.random() < 0.85:
        return chance.choice(hinted)
    return chance.choice(telling if chance.random() < 0.5 else words)


def _path(chance: random.Random, hinted: Sequence[str], words: Sequence[str], telling: Sequence[str]) -> str:
    """An address in brackets, or now and then something odd."""
    return odd_path(chance) if chance.random() < ODD_SHARE else f"<{_one(chance, hinted, words, telling)}>"


def _transaction(chance: random.Random, hints: Hints) -> list[str]:
    count = 1 if hints.is_fresh else chance.choice((2, 3, 4) if hints.recipients else (1, 1, 2, 2, 3, 4))
    turns = [
        f"MAIL FROM:{_path(chance, hints.senders, SENDERS, TELLING_SENDERS)}",
        *(f"RCPT TO:{_path(chance, hints.recipients, RECIPIENTS, TELLING_RECIPIENTS)}" for _ in range(count)),
    ]
    turns = [with_option(chance, turn) if chance.random() < 0.05 else turn for turn in turns]
    if chance.random() < 0.08:
        turns.append(f"VRFY {chance.choice(RECIPIENTS)}")
    turns.append(chance.choice(("DATA", "DATA", "RSET")))
    return turns
