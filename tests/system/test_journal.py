"""Nothing that got 250 is lost, nothing is garbled, nothing comes twice without a reason: while the hop falls and rises.

JOURNAL_MESSAGES=100000 .venv/bin/pytest tests/system/test_journal.py      (more than the usual 10,000)
"""

import asyncio
import os
import random
import signal
from collections.abc import Callable

import pytest

from tests.system.journal import Dump, Journal, judge, read_dumps
from tests.system.running_gate import Sink, running_gate, sink
from tests.system.talking import Reply

MESSAGES = int(os.environ.get("JOURNAL_MESSAGES", "10000"))
CONNECTIONS = 20
MAIN_CF = "smtpd_proxy_timeout = 1s\nsmtpd_error_sleep_time = 0\nsmtpd_hard_error_limit = 10000\n"


async def disturb(hop: Sink, chance: random.Random) -> None:
    """Kill and restart the hop, hold it still for shorter and longer than smtpd_proxy_timeout, or both at once."""
    while True:
        await asyncio.sleep(chance.uniform(0.1, 0.7))
        deed = chance.randrange(4)
        if deed:
            hop.signal(signal.SIGSTOP)
            await asyncio.sleep((0.1, 0.3, 1.6)[deed - 1])
        if deed < 2:
            hop.kill()
            await asyncio.sleep(chance.uniform(0, 0.3))
            await asyncio.to_thread(hop.start)
        else:
            hop.signal(signal.SIGCONT)


async def send_disturbed(journal: Journal, port: int, hop: Sink) -> None:
    trouble = asyncio.create_task(disturb(hop, random.Random("trouble")))
    try:
        await journal.send(port, CONNECTIONS)
        assert not trouble.done() or trouble.result() is None
    finally:
        trouble.cancel()
        await asyncio.wait([trouble])


@pytest.mark.peer("smtp-sink")
@pytest.mark.timeout(60 + MESSAGES // 20)
def test_no_message_is_lost_while_the_hop_falls_and_rises(record_property: Callable[[str, object], None]) -> None:
    journal = Journal(MESSAGES, seed="journal")
    with sink() as hop, running_gate(MAIN_CF, hop=hop.address) as gate:
        asyncio.run(send_disturbed(journal, gate.port, hop))
        gate.signal(signal.SIGTERM)
        assert gate.end() == 0
        found = judge(journal, read_dumps(hop.dumped().values()), gate.log())
        assert "unexpected" not in gate.log() and "Traceback" not in gate.log()
    tally = journal.tally()
    told = f"{dict(tally)}, {found.twice} twice in the sink, {found.cut_short} cut short, {hop.runs} runs of the sink"
    record_property("journal", told)
    print(told)
    assert found.faults == []
    assert hop.runs > 2 and tally[451] > 0, "the hop was not disturbed enough to prove anything"
    assert tally[250] == sum(entry.is_accepted for entry in journal.entries) > MESSAGES * 0.9


def written(*replies: int) -> Journal:
    journal = Journal(1, seed="judge")
    journal.entries[0].replies = [Reply(code, "") for code in replies]
    return journal


WHOLE = written().entries[0].message.replace(b"\r\n", b"\n") + b"\n"
ACCEPTED = "proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok; from=<> id=A.1\n"
BROKEN = "warning: B.1: lost connection after final dot; the client may send it again\n"


@pytest.mark.parametrize(
    ("replies", "dumps", "log", "is_lawful"),
    [
        ([250], [("A.1", WHOLE)], ACCEPTED, True),
        ([451, 250], [("B.1", WHOLE), ("A.1", WHOLE)], ACCEPTED + BROKEN, True),
        ([451], [("B.1", WHOLE)], BROKEN, True),
        ([451], [("B.1", WHOLE[:-40])], "", True),
        ([250], [], ACCEPTED, False),
        ([451, 250], [("B.1", WHOLE), ("A.1", WHOLE)], ACCEPTED, False),
        ([250], [("A.1", WHOLE), ("A.1", WHOLE)], ACCEPTED, False),
        ([250], [("A.1", WHOLE[:-40])], ACCEPTED, False),
        ([250], [("A.1", WHOLE.replace(b"\n..", b"\n."))], ACCEPTED, b"\n.." not in WHOLE),
        ([451], [("B.1", WHOLE[:-10] + b"\n\n")], BROKEN, False),
        ([451], [("A.1", WHOLE)], ACCEPTED, False),
        ([550], [], "", False),
        ([0, 250], [("A.1", WHOLE)], ACCEPTED, False),
    ],
)
def test_the_judge_sees_every_breach(
    replies: list[int], dumps: list[tuple[str, bytes]], log: str, is_lawful: bool
) -> None:
    found = judge(written(*replies), [Dump(*dump) for dump in dumps], log)
    assert (found.faults == []) is is_lawful
