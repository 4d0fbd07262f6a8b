"""Random SMTP sessions: who connects, and what it says, line by line.

A line that begins with DATA is followed by a message if the server asks for one, and by RSET whatever came of it:
Postfix 3.7.11 dies of a second DATA after an end-of-data refusal.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.parity.further_words import LOGINS
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


@dataclass(frozen=True, slots=True)
class Script:
    """One session. An element of `turns` is sent whole, then a reply to each of its lines is read."""

    client: str
    turns: tuple[str, ...]


def draw_session(chance: random.Random) -> Script:
    """A session of one to three transactions."""
    greetings = range(chance.choice((0, 1, 1, 1, 1, 2)))
    turns = [
        f"{chance.choice(('HELO', 'EHLO', 'EHLO'))} {_one(chance, HELO_NAMES, TELLING_HELO_NAMES)}" for _ in greetings
    ]
    speaks_for_another = chance.random() < 0.45
    if speaks_for_another:
        turns.insert(0, _xclient(chance))
        if chance.random() < 0.05:
            turns.insert(0, f"XCLIENT {chance.choice(BAD_ATTRIBUTES)}")
    for _ in range(chance.choice((1, 1, 2, 3))):
        turns += _transaction(chance)
    if chance.random() < 0.15:
        turns.append(f"ETRN {chance.choice(('relay.example', 'good.example', 'ours.example', '[192.0.2.1]'))}")
    turns.append("QUIT")
    if chance.random() < 0.12:
        turns = [*turns[:1], "\n".join(turns[1:3]), *turns[3:]]
    return Script(XCLIENT_HOST if speaks_for_another else chance.choice(CLIENTS), tuple(turns))


def _xclient(chance: random.Random) -> str:
    """XCLIENT with an address, and perhaps names, a login and the rest."""
    address = chance.choice(SPOKEN_FOR)
    words = [f"ADDR={'IPV6:' if ':' in address else ''}{address}" if chance.random() < 0.97 else "ADDR=[UNAVAILABLE]"]
    possible = (
        (0.8, "NAME", (*SPOKEN_NAMES, "[UNAVAILABLE]", "[TEMPUNAVAIL]")),
        (0.5, "REVERSE_NAME", (*SPOKEN_NAMES, "[UNAVAILABLE]", "[TEMPUNAVAIL]")),
        (0.6, "LOGIN", (*LOGINS, "[UNAVAILABLE]")),
        (0.2, "PORT", ("25", "65535", "[UNAVAILABLE]")),
        (0.2, "PROTO", ("SMTP", "ESMTP", "esmtp")),
        (0.2, "HELO", ("mail.good.example", "pc1", "[UNAVAILABLE]", "a+20b")),
        (0.1, "DESTADDR", ("192.0.2.1", "[UNAVAILABLE]")),
        (0.1, "DESTPORT", ("25", "[UNAVAILABLE]")),
    )
    words += [f"{name}={chance.choice(values)}" for likely, name, values in possible if chance.random() < likely]
    return f"XCLIENT {' '.join(words)}"


def _one(chance: random.Random, words: Sequence[str], telling: Sequence[str]) -> str:
    """Any of the words, but half of the time one that many restrictions have an opinion about."""
    return chance.choice(telling if chance.random() < 0.5 else words)


def _transaction(chance: random.Random) -> list[str]:
    recipients = [_one(chance, RECIPIENTS, TELLING_RECIPIENTS) for _ in range(chance.choice((1, 1, 2, 2, 3, 4)))]
    turns = [
        f"MAIL FROM:<{_one(chance, SENDERS, TELLING_SENDERS)}>",
        *(f"RCPT TO:<{recipient}>" for recipient in recipients),
    ]
    if chance.random() < 0.08:
        turns.append(f"VRFY {chance.choice(RECIPIENTS)}")
    turns.append(chance.choice(("DATA", "DATA", "RSET")))
    return turns
