"""What one session remembers and asks once, and who hears of it."""

import asyncio

import pytest

from gatepost.model.address import parse_ip
from gatepost.model.answer import Found
from gatepost.model.session import NAMELESS
from gatepost.policy.questions import AddressRecords, ClientName, Delay
from gatepost.world.answering import SessionAnswers, Sources
from gatepost.world.tables.registry import Tables

NAME = ClientName(parse_ip("192.0.2.1"))
LISTED = AddressRecords("1.2.0.192.bl.test")


class Asked:
    """A question under way at the fake name server."""

    def __init__(self, question, done):
        self.question, self.done, self.is_cancelled = question, done, False

    def cancel(self):
        self.is_cancelled = True

    def answer(self, value):
        if not self.is_cancelled:
            self.done(Found(value))


class FakeNames:
    """Knows nothing at once; the test answers what was asked."""

    def __init__(self):
        self.asked, self.looked_up = [], []

    def instant(self, question):
        self.looked_up.append(question)

    def ask(self, question, done):
        self.asked.append(Asked(question, done))
        return self.asked[-1]


@pytest.fixture
def names():
    return FakeNames()


@pytest.fixture
def raised():
    return []


@pytest.fixture
def answers(names, raised):
    return SessionAnswers(Sources(Tables(), names, {}), raised.append)


def test_the_client_is_asked_for_once_and_all_who_wait_hear_it(answers, names):
    heard = []
    answers.name_client(NAME, lambda *told: heard.append(("session", *told)))
    looks = len(names.looked_up)
    assert answers.instant(NAME) is None and len(names.looked_up) == looks, "its answer is under way: no use to look"
    answers.ask(NAME, lambda *told: heard.append(("policy", *told)))
    assert len(names.asked) == 1
    names.asked[0].answer(NAMELESS)
    assert heard == [("session", NAME, Found(NAMELESS)), ("policy", NAME, Found(NAMELESS))]
    assert answers.instant(NAME) == Found(NAMELESS)


def test_forgetting_leaves_the_question_for_the_clients_name(answers, names):
    heard = []
    answers.name_client(NAME, lambda *_: heard.append("session"))
    answers.ask(NAME, lambda *_: heard.append("policy"))
    answers.ask(LISTED, lambda *_: heard.append("list"))
    answers.forget()
    for each in names.asked:
        each.answer(NAMELESS)
    assert heard == ["session"]


def test_who_forgets_while_the_name_is_told_spares_the_others(answers, names):
    heard = []
    answers.name_client(NAME, lambda *_: answers.forget())
    answers.ask(NAME, lambda *_: heard.append("policy"))
    names.asked[0].answer(NAMELESS)
    assert heard == []


def test_what_a_callback_raises_breaks_the_session_off(answers, names, raised):
    def fails(*_):
        raise ValueError("a mistake of ours")

    answers.name_client(NAME, fails)
    answers.ask(NAME, fails)
    answers.ask(LISTED, fails)
    for each in list(names.asked):
        each.answer(("127.0.0.2",))
    assert [str(error) for error in raised] == ["a mistake of ours"] * 3
    assert answers.instant(LISTED) == Found(("127.0.0.2",)), "the answer is good all the same"


def test_without_a_session_to_break_off_it_goes_to_the_event_loop(names):
    answers = SessionAnswers(Sources(Tables(), names, {}))
    answers.ask(LISTED, lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        names.asked[0].answer(())


def test_pauses_are_told_and_not_remembered(answers):
    async def run():
        heard = asyncio.get_running_loop().create_future()
        answers.ask(Delay(0), lambda *told: heard.set_result(told))
        assert await asyncio.wait_for(heard, 5) == (Delay(0), Found(None))
        assert answers.instant(Delay(0)) is None

    asyncio.run(run())
