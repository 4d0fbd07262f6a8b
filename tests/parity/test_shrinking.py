"""The shrinker: what it leaves still shows the difference, and nothing of it can be spared."""

import random

import pytest

from tests.parity.cases import Atom, Case, atoms_of, read_case, rebuilt
from tests.parity.sessions import Script
from tests.parity.shrinking import shrink

CASE = Case(
    "myhostname = mx.ours.example\n",
    {"table1": "a REJECT\nb OK\nc DUNNO\n", "aliases": "x y\n"},
    {
        "smtpd_client_restrictions": "permit_mynetworks warn_if_reject check_client_access texthash:$config_directory/table1 sleep 0",
        "smtpd_recipient_restrictions": "reject_unauth_destination check_policy_service { inet:[::1]:9, try_limit=1 } first_class",
        "smtpd_restriction_classes": "first_class",
        "first_class": "reject_rbl_client bl.test permit",
        "soft_bounce": "yes",
        "smtpd_etrn_restrictions": "",
    },
    Script("192.0.2.10", ("EHLO a", "MAIL FROM:<>", "RCPT TO:<b@c>", "DATA", "QUIT")),
)


def shows(wanted):
    """A judge that sees the difference where all of some atoms are there; it counts what it was asked."""

    def judge(selections):
        judge.rounds += 1
        return [wanted <= set(selection) for selection in selections]

    judge.rounds = 0
    return judge


@pytest.mark.parametrize("seed", range(30))
def test_just_what_the_difference_needs_is_left(seed):
    chance = random.Random(seed)
    atoms = tuple(range(chance.randrange(1, 200)))
    wanted = set(chance.sample(atoms, min(len(atoms), chance.randrange(5))))
    judge = shows(wanted)
    assert set(shrink(atoms, judge)) == wanted
    assert judge.rounds < 60


def test_a_difference_that_needs_one_of_two_keeps_one_of_them():
    def judge(selections):
        return [3 in selection or 70 in selection for selection in selections]

    assert shrink(tuple(range(100)), judge) in ((3,), (70,))


def test_a_case_is_made_of_turns_words_parameters_and_lines():
    atoms = atoms_of(CASE)
    assert [atom.text for atom in atoms if atom.kind == "turn"] == list(CASE.script.turns)
    assert [atom.text for atom in atoms if atom.kind == "word"] == [
        "permit_mynetworks",
        "warn_if_reject check_client_access texthash:$config_directory/table1",
        "sleep 0",
        "reject_unauth_destination",
        "check_policy_service { inet:[::1]:9, try_limit=1 }",
        "first_class",
        "reject_rbl_client bl.test",
        "permit",
    ]
    assert [atom.text for atom in atoms if atom.kind == "line"] == ["a REJECT", "b OK", "c DUNNO"]
    assert rebuilt(CASE, atoms) == CASE


def test_a_smaller_case_keeps_its_lists_and_its_tables():
    kept = (Atom("turn", "", "DATA"), Atom("line", "table1", "b OK"))
    smaller = rebuilt(CASE, kept)
    assert smaller.script.turns == ("DATA",)
    assert smaller.files == {"aliases": "x y\n", "table1": "b OK\n"}
    lists = ("smtpd_client_restrictions", "smtpd_recipient_restrictions", "smtpd_etrn_restrictions")
    assert smaller.policy == dict.fromkeys(lists, "")


def test_a_case_survives_its_file(tmp_path):
    path = tmp_path / "case.json"
    path.write_text(CASE.as_text())
    assert read_case(path) == CASE
