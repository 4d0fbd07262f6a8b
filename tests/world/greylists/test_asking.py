"""How attempts are gathered, and what is answered and said while the store is away."""

import asyncio

import pytest

from gatepost.model.answer import Found, Unavailable
from gatepost.policy.greylisting import GreylistTerms, Standing
from gatepost.policy.questions import GreylistAttempt
from gatepost.testing.still_loop import StillLoop
from gatepost.world.greylists import asking
from gatepost.world.greylists.asking import Greylists
from gatepost.world.greylists.memory import MemoryGreylist
from gatepost.world.greylists.store import StoreAwayError


class Lines(list):
    def info(self, text):
        self.append(f"info: {text}")

    def warning(self, text):
        self.append(f"warning: {text}")


class Store(MemoryGreylist):
    """A store that can be away or silent, and remembers how attempts came."""

    def __init__(self):
        super().__init__("sqlite:/x")
        self.fault = None
        self.batches = []
        self.swept = 0

    async def decide(self, attempts, now):
        self.batches.append(len(attempts))
        if self.fault == "silence":
            await asyncio.sleep(3600)
        elif self.fault:
            raise self.fault
        return await super().decide(attempts, now)

    async def sweep(self, now, most):
        self.swept += 1
        return 0


@pytest.fixture
def store(monkeypatch):
    store = Store()
    monkeypatch.setattr(asking, "open_greylist", lambda name, timeout_s: store)
    return store


def question(number=0):
    return GreylistAttempt("sqlite:/x", "mx.sender.example", "192.0.2.0/24", f"a{number}@b", "d@e", GreylistTerms())


def play(play_it):
    loop = StillLoop()
    try:
        loop.run_until_complete(play_it())
    finally:
        loop.close()
    assert not loop.faults


def ask(greylists, number=0):
    answer = asyncio.get_running_loop().create_future()
    greylists.ask(question(number), answer.set_result)
    return answer


def test_what_comes_together_goes_together(store):
    async def main():
        greylists = Greylists(Lines(), clock=lambda: 1000)
        answers = await asyncio.gather(*(ask(greylists, number) for number in range(600)))
        assert all(isinstance(answer, Found) and answer.value.standing is Standing.NEW for answer in answers)
        assert answers[0].value.attempt.client == "sender.example"
        assert store.batches == [256, 256, 88]

    play(main)


def test_who_leaves_is_not_called_and_who_fails_costs_the_others_nothing(store):
    async def main():
        greylists = Greylists(Lines(), clock=lambda: 1000)
        heard = []
        greylists.ask(question(1), heard.append).cancel()

        def fail(_):
            raise KeyError("a session's own mistake")

        greylists.ask(question(2), fail)
        assert isinstance(await ask(greylists, 3), Found)
        assert not heard
        assert await ask(greylists, 1)
        assert heard == []

    loop = StillLoop()
    loop.run_until_complete(main())
    loop.close()
    assert len(loop.faults) == 1


def test_an_outage_is_said_once_and_nobody_waits_for_it_again(store):
    async def main():
        lines = Lines()
        greylists = Greylists(lines, clock=lambda: 1000)
        store.fault = StoreAwayError("disk full")
        for number in range(5):
            answer = await ask(greylists, number)
            assert answer == Unavailable("greylist store sqlite:/x: disk full")
        assert len(store.batches) == 1
        await asyncio.sleep(3)
        store.fault = TypeError("a mistake of the driver")
        assert isinstance(await ask(greylists), Unavailable)
        await asyncio.sleep(3)
        store.fault = None
        assert isinstance(await ask(greylists), Found)
        assert lines == [
            "warning: greylist store sqlite:/x: disk full: greylist_tempfail_action decides until it is back",
            "info: greylist store sqlite:/x is back: 6 attempts were not written down",
        ]

    play(main)


def test_a_silent_store_costs_its_deadline_and_no_more(store):
    async def main():
        loop = asyncio.get_running_loop()
        greylists = Greylists(Lines(), deadline_s=5, clock=lambda: 1000)
        store.fault = "silence"
        began = loop.time()
        answers = await asyncio.gather(ask(greylists, 1), ask(greylists, 2))
        assert all(answer == Unavailable("greylist store sqlite:/x: no answer within 5 s") for answer in answers)
        assert 5 <= loop.time() - began < 6
        greylists.close()

    play(main)


def test_sweeps_go_on_while_there_is_work(store):
    async def main():
        greylists = Greylists(Lines(), clock=lambda: 1000)
        for number in range(4):
            await ask(greylists, number)
            await asyncio.sleep(1.5)
        assert store.swept == 3

    play(main)


def test_a_store_that_no_name_names():
    async def main():
        lines = Lines()
        greylists = Greylists(lines, clock=lambda: 1000)
        answer = asyncio.get_running_loop().create_future()
        greylists.ask(
            GreylistAttempt("mysql://u:secret@h", "", "n", "a@b", "c@d", GreylistTerms()), answer.set_result
        )
        assert isinstance(await answer, Unavailable)
        assert len(lines) == 1
        assert "secret" not in lines[0]

    play(main)
