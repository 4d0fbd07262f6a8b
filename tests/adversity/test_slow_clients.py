"""Clients that dribble, with a real smtpd(8) as judge: smtpd_per_request_deadline and smtpd_min_data_rate.

With the deadline a command that takes its time hears 421, and so does a message that comes at less than the rate; big
honest mail on a slow line passes, however long it takes. Without it, every octet is as good as a command.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import NamedTuple

import pytest

from gatepost.testing.free_ports import free_ports
from tests.system.running_gate import running_gate
from tests.system.talking import Reply, Talk, talking
from tests.wire.smtp.private_postfix import private_postfix

pytestmark = pytest.mark.peer("postfix")

GAP_S = 0.3
TIMEOUT_S = 3
PIECES = 20
"""GAP_S times PIECES is twice the time-out."""

STRICT = {"smtpd_timeout": f"{TIMEOUT_S}s", "smtpd_per_request_deadline": "yes"}
LAX = {"smtpd_timeout": f"{TIMEOUT_S}s", "smtpd_per_request_deadline": "no"}
SLOW_RATE = STRICT | {"smtpd_min_data_rate": "10"}


async def dribbled_command(talk: Talk) -> Reply:
    """NOOP, an octet at a time."""
    return await _in_pieces(talk, [bytes([octet]) for octet in b"NOOP 1234567890123\r\n"])


async def _in_pieces(talk: Talk, pieces: list[bytes]) -> Reply:
    for piece in pieces:
        talk.say(piece)
        try:
            async with asyncio.timeout(GAP_S):
                return await talk.reply()
        except TimeoutError:
            continue
    return await talk.reply()


def message(octets: int, *, by_chunk: bool) -> Callable[[Talk], Coroutine[None, None, Reply]]:
    """A message in pieces of so many octets."""

    async def send(talk: Talk) -> Reply:
        envelope = ("MAIL FROM:<ann@sender.example>", "RCPT TO:<bob@example.com>")
        pieces = [b"x" * (octets - 2) + b"\r\n"] * PIECES
        if by_chunk:
            assert (await talk.ask(*envelope)).code == 250
            talk.say(b"BDAT %d LAST\r\n" % (octets * PIECES))
            return await _in_pieces(talk, pieces)
        assert (await talk.ask(*envelope, "DATA")).code == 354
        return await _in_pieces(talk, [*pieces, b".\r\n"])

    return send


class Case(NamedTuple):
    """A door and a client; what the client hears in the end."""

    door: str
    client: Callable[[Talk], Coroutine[None, None, Reply]]
    code: int


DOORS = {"strict": STRICT, "lax": LAX, "slow rate": SLOW_RATE}
CASES = {
    "a dribbled command": Case("strict", dribbled_command, 421),
    "a dribbled command without deadline": Case("lax", dribbled_command, 250),
    "a message slower than the rate": Case("strict", message(20, by_chunk=False), 421),
    "a chunk slower than the rate": Case("strict", message(20, by_chunk=True), 421),
    "big honest mail": Case("strict", message(3000, by_chunk=False), 250),
    "a big honest chunk": Case("strict", message(3000, by_chunk=True), 250),
    "a slow message without deadline": Case("lax", message(20, by_chunk=False), 250),
    "slow, and it may be so": Case("slow rate", message(20, by_chunk=False), 250),
}


async def hear(ports: dict[str, int]) -> dict[str, Reply]:
    """All cases at once."""

    async def one(case: Case) -> Reply:
        async with talking(ports[case.door]) as talk:
            assert (await talk.open()).code == 250
            return await case.client(talk)

    return dict(zip(CASES, await asyncio.gather(*(one(case) for case in CASES.values())), strict=True))


def test_slow_clients_hear_what_postfix_tells_them() -> None:
    numbers = dict(zip(DOORS, free_ports(len(DOORS)), strict=True))
    rows = ""
    for door, settings in DOORS.items():
        rows += f"127.0.0.1:{numbers[door]} inet n - n - 0 smtpd\n"
        rows += "".join(f"  -o {name}={value}\n" for name, value in settings.items())
    destination = {"mydestination": "example.com", "local_transport": "discard"}

    async def both(ports: dict[str, int]) -> tuple[dict[str, Reply], dict[str, Reply]]:
        return await asyncio.gather(hear(ports), hear(numbers))

    with (
        private_postfix({door: settings | destination for door, settings in DOORS.items()}) as postfix,
        running_gate(master_cf=rows) as gate,
    ):
        judge, ours = asyncio.run(both(dict(postfix.ports)))
        assert "Traceback" not in gate.log() and "unexpected" not in gate.log()
    expected = {name: case.code for name, case in CASES.items()}
    assert {name: reply.code for name, reply in judge.items()} == expected
    assert {name: reply.code for name, reply in ours.items()} == expected
    told = {each["a dribbled command"].text.split(" ", 3)[3] for each in (judge, ours)}
    assert told == {"Error: timeout exceeded"}
