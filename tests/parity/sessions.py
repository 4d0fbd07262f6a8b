"""Random SMTP sessions: who connects, and what it says, line by line.

A line that begins with DATA is followed by a message if the server asks for one, and by RSET whatever came of it:
Postfix 3.7.11 dies of a second DATA after an end-of-data refusal.
"""

import random
from dataclasses import dataclass

from tests.parity.world import CLIENTS, HELO_NAMES, RECIPIENTS, SENDERS

MESSAGE = b"Subject: a trial\r\n\r\nHello.\r\n.\r\n"


@dataclass(frozen=True, slots=True)
class Script:
    """One session. An element of `turns` is sent whole, then a reply to each of its lines is read."""

    client: str
    turns: tuple[str, ...]


def draw_session(chance: random.Random) -> Script:
    """A session of one to three transactions."""
    greetings = range(chance.choice((0, 1, 1, 1, 1, 2)))
    turns = [f"{chance.choice(('HELO', 'EHLO', 'EHLO'))} {chance.choice(HELO_NAMES)}" for _ in greetings]
    for _ in range(chance.choice((1, 1, 2, 3))):
        turns += _transaction(chance)
    if chance.random() < 0.1:
        turns.append("ETRN relay.example")
    turns.append("QUIT")
    if chance.random() < 0.06:
        turns = [*turns[:1], "\n".join(turns[1:3]), *turns[3:]]
    return Script(chance.choice(CLIENTS), tuple(turns))


def _transaction(chance: random.Random) -> list[str]:
    recipients = chance.choices(RECIPIENTS, k=chance.choice((1, 1, 2, 2, 3, 4)))
    turns = [f"MAIL FROM:<{chance.choice(SENDERS)}>", *(f"RCPT TO:<{recipient}>" for recipient in recipients)]
    if chance.random() < 0.08:
        turns.append(f"VRFY {chance.choice(RECIPIENTS)}")
    turns.append(chance.choice(("DATA", "DATA", "RSET")))
    return turns
