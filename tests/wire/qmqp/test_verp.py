"""Senders that vary with the recipient."""

import pytest

from gatepost.wire.qmqp.verp import read_verp


@pytest.mark.parametrize(
    ("sender", "plain", "recipient", "varied"),
    [
        ("list-@host.example-@[]", "list@host.example", "bob@b.example", "list-bob=b.example@host.example"),
        ("a-b-@host.example-@[]", "a-b@host.example", "x", "a-b-x@host.example"),
        ("list-@[]", "list", "bob@b.example", "list-bob=b.example"),
        ("list-@h-@[]", "list@h", "a@b@c", "list-a@b=c@h"),
    ],
)
def test_verp(sender, plain, recipient, varied):
    verp = read_verp(sender)
    assert verp is not None
    assert (verp.plain, verp.sender_for(recipient)) == (plain, varied)


@pytest.mark.parametrize("sender", ["", "ann@a.example", "#@[]", "-@", "list-@host.example"])
def test_ordinary_senders(sender):
    assert read_verp(sender) is None
