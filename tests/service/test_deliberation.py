"""An evaluation with a deadline: what is not answered in time is Unavailable, for every question behind it too."""

import asyncio

import pytest

from gatepost.model.answer import Found
from gatepost.model.session import NAMELESS
from gatepost.policy.evaluate import Evaluation
from gatepost.policy.language.compile import compile_policyd
from gatepost.policy.questions import AddressRecords, ClientName, Delay, DomainExists
from gatepost.service.deliberation import Deliberation
from gatepost.world.net.deadlines import Deadlines
from tests.policy.conftest import SETTINGS, session  # noqa: F401 - a fixture


class SlowAnswers:
    """Answers what it is told to, the rest never."""

    def __init__(self, known=()):
        self.known = dict(known)
        self.asked = []
        self.is_forgotten = False

    def instant(self, question):
        return None

    def ask(self, question, hear):
        self.asked.append(question)
        if type(question) in self.known:
            asyncio.get_running_loop().call_soon(hear, question, self.known[type(question)])

    def forget(self):
        self.is_forgotten = True


def decide(restrictions, facts, answers, within_s=0.02):
    """The refusal, and the kinds of question that had no answer."""

    async def run():
        plan = compile_policyd(SETTINGS, restrictions, lambda finding: None).rcpt
        heard = asyncio.get_running_loop().create_future()
        evaluation = Evaluation(plan, facts, answers.instant)
        loop = asyncio.get_running_loop()
        deadlines = Deadlines(loop, grain_s=0.01)
        deliberation = Deliberation(lambda *result: heard.set_result(result), lambda work: work, deadlines)
        deliberation.start(evaluation, answers, loop.time() + within_s)
        outcome, unanswered = await asyncio.wait_for(heard, 20)
        return outcome, [type(question) for question in unanswered]

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("restrictions", "deferred", "refused"),
    [
        ("reject_unknown_sender_domain", "450", None),
        ("reject_rbl_client bl.test", None, None),
        ("reject_rbl_client bl.test, reject_unknown_sender_domain, reject", "450", "554"),
        ("check_policy_service inet:127.0.0.1:1, reject", None, "451"),
        ("check_policy_service { inet:127.0.0.1:1, default_action=DUNNO }, reject", None, "554"),
        ("sleep 100, reject", None, "554"),
    ],
)
def test_what_unavailable_means_is_the_verdict(session, restrictions, deferred, refused):  # noqa: F811 - the fixture
    answers = SlowAnswers()
    outcome, unanswered = decide(restrictions, session, answers)
    assert (outcome.deferral and str(outcome.deferral)[:3]) == deferred
    assert (outcome.refusal and str(outcome.refusal)[:3]) == refused
    assert unanswered
    assert answers.is_forgotten


def test_what_comes_after_the_deadline_is_not_asked(session):  # noqa: F811 - the fixture
    answers = SlowAnswers({DomainExists: Found("MX"), ClientName: Found(NAMELESS)})
    lists = "reject_unknown_sender_domain, sleep 100, check_policy_service { inet:127.0.0.1:1, default_action=DUNNO }"
    _, unanswered = decide(lists, session, answers)
    assert {type(question) for question in answers.asked} == {DomainExists, ClientName, Delay}
    assert [kind.__name__ for kind in unanswered] == ["Delay", "PolicyRequest"]


def test_in_time_nothing_is_cut_short(session):  # noqa: F811 - the fixture
    answers = SlowAnswers({AddressRecords: Found(("127.0.0.2",)), DomainExists: Found("MX")})
    outcome, unanswered = decide("reject_unknown_sender_domain, permit", session, answers, within_s=20)
    assert (outcome.refusal, unanswered) == (None, [])
