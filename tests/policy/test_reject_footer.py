"""Footers of refusals: the observed behaviour of Postfix 3.7.11, and what its facts are."""

import pytest

from gatepost.model.reply import Reply
from gatepost.policy.reject_footer import add_footer, footer_values
from gatepost.policy.templates import TemplateError
from tests.policy.conftest import SETTINGS

REFUSAL = Reply(554, "5.7.1", "no")
VALUES = {"client_address": "192.0.2.44", "sender": "ann@sender.example"}


@pytest.mark.parametrize(
    ("template", "lines"),
    [
        ("call us", ["554-5.7.1 no", "554 5.7.1 call us"]),
        ("\\c; call us", ["554 5.7.1 no; call us"]),
        ("\\c; call\\nus", ["554-5.7.1 no; call", "554 5.7.1 us"]),
        ("a\\n\\nb\\n", ["554-5.7.1 no", "554-5.7.1 a", "554-5.7.1 ", "554-5.7.1 b", "554 5.7.1 "]),
        ("$client_address ${sender?{S}:{N}} $$ $unknown.", ["554-5.7.1 no", "554 5.7.1 192.0.2.44 S $ ."]),
        ("a\\tb", ["554-5.7.1 no", "554 5.7.1 a\\tb"]),
        ("\\c" + "x" * 600, ["554 5.7.1 no" + "x" * 498]),
        ("é" * 300, ["554-5.7.1 no", "554 5.7.1 " + "é" * 250]),
    ],
)
def test_lines(template, lines):
    sent = add_footer(REFUSAL, template, VALUES).to_wire()
    assert sent.decode() == "".join(f"{line}\r\n" for line in lines)
    assert all(len(line) <= 512 for line in sent.splitlines(keepends=True))


def test_a_value_cannot_begin_a_line():
    footer = add_footer(REFUSAL, "$helo_name", {"helo_name": "a\\nb\r\n250 Ok"})
    assert footer.to_wire() == b"554-5.7.1 no\r\n554 5.7.1 a\\nb? 250 Ok\r\n"


def test_the_expansion_filter():
    assert add_footer(REFUSAL, "\\c $client_address", VALUES, "0123456789").text == "no 192_0_2_44"


@pytest.mark.parametrize("template", ["call $(", "fine\\n${", "$ x"])
def test_a_broken_template(template):
    with pytest.raises(TemplateError):
        add_footer(REFUSAL, template, VALUES)


def test_facts(session):
    facts = footer_values(
        session.client, SETTINGS, helo_name="h", sender="", recipient="bob@ours.example", ident="A.1"
    )
    assert facts["client_address"] == session.client.address.text
    assert (facts["sender"], facts["recipient_name"], facts["recipient_domain"]) == ("<>", "bob", "ours.example")
    assert (facts["server_name"], facts["decision_id"]) == (SETTINGS.myhostname, "A.1")
