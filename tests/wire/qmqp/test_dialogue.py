"""The QMQP dialogue: what it makes of packets whole, wrong, cut and split."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.reply import Reply
from gatepost.wire.netstrings import netstring
from gatepost.wire.qmqp import dialogue as dialogue_module
from gatepost.wire.qmqp.dialogue import INPUT_LIMIT, QmqpDialogue
from gatepost.wire.qmqp.events import AWAITING_VERDICT, NEED_DATA, Connected, MailReceived, SessionEnded
from gatepost.wire.qmqp.reply import QmqpReply, Status, from_smtp
from tests.wire.qmqp.talking import SETTINGS, TEXT, converse, packet

OK = b"16:KOk: queued as 1,"
FORMAT = "netstring format error"
SIZE = "netstring length exceeds storage limit"
HEADER, CONTENT, SENDER, RECIPIENT = "QMQP packet header", "message content", "sender address", "recipient address"
MESSAGE, ANN, BOB = netstring(TEXT), netstring(b"ann@a.example"), netstring(b"bob@b.example")
INSIDE = MESSAGE + ANN + BOB


def outer(octets: bytes, length: int | None = None) -> bytes:
    return b"%d:%b," % (len(octets) if length is None else length, octets)


def test_a_message() -> None:
    heard = converse([packet()])
    text = b"Subject: x\r\n\r\nhello\r\n"
    assert heard.mail == MailReceived("ann@a.example", ("bob@b.example",), len(text), has_8bit=False)
    assert heard.text == text
    assert heard.said == OK
    assert heard.ended == SessionEnded("", RECIPIENT)


TEXTS = [
    (b"", b""),
    (b"\n", b"\r\n"),
    (b"no end", b"no end\r\n"),
    (b"Subject: x\r\n\r\nhello\r\n", b"Subject: x\r\n\r\nhello\r\n"),
    (b"a\rb\n", b"a b\r\n"),
    (b"a\r", b"a \r\n"),
    (b"a: b\n.\n\n.\n", b"a: b\r\n.\r\n\r\n.\r\n"),
    (b"nul: \0\n", b"nul: \0\r\n"),
    (b"From x\na: b\n", b"X-Mailbox-Line: From x\r\na: b\r\n"),
    (b" x\n", b"\r\n x\r\n"),
]


@pytest.mark.parametrize(("given", "passed"), TEXTS)
def test_texts(given, passed):
    assert converse([packet(given)]).text == passed
    assert converse([packet(given)[at : at + 1] for at in range(len(packet(given)))]).text == passed


def test_eight_bit_text_and_addresses():
    heard = converse([packet("ä\n".encode(), "jörg@a.example".encode(), b"b\xff@b.example")])
    assert heard.mail is not None
    assert heard.mail.has_8bit
    assert heard.mail.sender == "jörg@a.example"
    assert heard.mail.recipients == ("b\udcff@b.example",)


def test_recipients_are_named_once():
    heard = converse([packet(TEXT, b"", b"b@x", b"c@x", b"b@x")])
    assert heard.mail is not None
    assert (heard.mail.sender, heard.mail.recipients) == ("", ("b@x", "c@x"))


WRONG = [
    (b"hello\r\n", FORMAT, HEADER),
    (b":", FORMAT, HEADER),
    (b"GET / HTTP/1.0\r\n\r\n", FORMAT, HEADER),
    (b"9" * 20, SIZE, HEADER),
    (b"2147483648:", SIZE, HEADER),
    (b"40:x", FORMAT, CONTENT),
    (b"3000:1001:", SIZE, CONTENT),
    (b"0:" + INSIDE + b",", FORMAT, CONTENT),
    (outer(INSIDE, len(INSIDE) - 1), FORMAT, RECIPIENT),
    (outer(INSIDE, len(INSIDE) + 1), FORMAT, RECIPIENT),
    (outer(INSIDE + b"0", len(INSIDE)), FORMAT, RECIPIENT),
    (outer(INSIDE, len(MESSAGE) + len(ANN) - 1), FORMAT, SENDER),
    (outer(INSIDE, len(MESSAGE) - 1), FORMAT, CONTENT),
    (b"200:" + INSIDE + b",", FORMAT, RECIPIENT),
    (outer(INSIDE)[:-1] + b"x", FORMAT, RECIPIENT),
    (outer(b"3:abc;" + ANN + BOB), FORMAT, CONTENT),
    (outer(MESSAGE + b"3:abcX" + BOB), FORMAT, SENDER),
    (outer(MESSAGE + b"x" + BOB), FORMAT, SENDER),
    (outer(MESSAGE + netstring(b"a" * 101) + BOB), SIZE, SENDER),
    (outer(MESSAGE + ANN + netstring(b"b" * 101)), SIZE, RECIPIENT),
    (outer(MESSAGE + ANN), "Error: no recipients specified", RECIPIENT),
    (packet(b"Received: x\n" * 50 + TEXT), "Error: too many hops", RECIPIENT),
]


@pytest.mark.parametrize(("octets", "reason", "receiving"), WRONG)
def test_wrong_packets(octets, reason, receiving):
    said = f"D{reason}" if reason.startswith("Error") else f"D{reason} while receiving {receiving}"
    for pieces in ([octets], [octets[at : at + 1] for at in range(len(octets))]):
        heard = converse(pieces)
        assert heard.said == netstring(said.encode())
        assert heard.ended == SessionEnded(reason, receiving)
        assert heard.mail is None


COMMAS = {len(outer(b"")) + len(part) for part in (MESSAGE, MESSAGE + ANN, INSIDE)}
"""The lengths that leave out just the comma of an inner netstring: the outer length has two digits, not one."""


@pytest.mark.parametrize("length", range(len(packet())))
def test_a_client_that_leaves_early_hears_nothing_or_that_a_comma_is_missing(length):
    heard = converse([packet()[:length]])
    assert heard.ended is not None
    assert heard.ended.reason == (FORMAT if length + 1 in COMMAS else "lost connection")
    assert bool(heard.said) is (length + 1 in COMMAS)
    assert heard.mail is None


@given(st.data())
def test_pieces_change_nothing(data):
    octets = data.draw(
        st.one_of(
            st.sampled_from([packet(), packet(b"a\r\nb\rc", b"", b"b@x", b"c@x"), *(wrong for wrong, _, _ in WRONG)]),
            st.builds(packet, st.binary(max_size=40), st.binary(max_size=8), st.binary(max_size=8)),
            st.text("0123456789:,ax", max_size=30).map(str.encode),
        )
    )
    if data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(octets)))
        octets = octets[:at] + data.draw(st.binary(max_size=3)) + octets[at + data.draw(st.integers(0, 3)) :]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=6)))
    pieces = [octets[a:b] for a, b in zip([0, *cuts], [*cuts, len(octets)], strict=True)]
    whole, split = converse([octets]), converse(pieces)
    assert (split.mail, split.said, split.ended) == (whole.mail, whole.said, whole.ended)
    if whole.mail is not None:
        assert split.text == whole.text
    assert whole.ended is not None


def test_what_follows_the_packet_is_thrown_away():
    heard = converse([packet() + packet() * 3])
    assert heard.said == OK
    dialogue = QmqpDialogue(SETTINGS)
    dialogue.next_event()
    dialogue.decide(None)
    dialogue.receive(packet())
    while not isinstance(dialogue.next_event(), MailReceived):
        pass
    for _ in range(3):
        dialogue.receive(b"x" * INPUT_LIMIT)
    assert dialogue.wants_input
    assert dialogue.next_event() is AWAITING_VERDICT
    assert dialogue.deadline_s is None


def test_a_refused_client_is_not_listened_to():
    refusal = QmqpReply(Status.REFUSED, "Error: not you")
    heard = converse([packet()], refusal=refusal)
    assert heard.said == b"15:DError: not you,"
    assert heard.events == [Connected(), SessionEnded("", HEADER)]


def test_bad_news_waits():
    settings = replace(SETTINGS, qmqpd_error_delay=3)
    dialogue = QmqpDialogue(settings)
    dialogue.next_event()
    dialogue.decide(QmqpReply(Status.DEFERRED, "later"))
    assert dialogue.next_event() is NEED_DATA
    assert dialogue.pause_s == 3
    assert dialogue.outgoing() == b"6:Zlater,"
    assert dialogue.pause_s == 0
    assert dialogue.next_event() == SessionEnded("", HEADER)
    assert converse([packet()], settings).said == OK


def test_soft_bounce():
    settings = replace(SETTINGS, soft_bounce=True)
    assert converse([b"x"], settings).said == netstring(b"Znetstring format error while receiving QMQP packet header")
    refused = converse([packet()], settings, answer=QmqpReply(Status.REFUSED, "no"))
    assert refused.said == b"3:Zno,"


def test_input_that_waits_is_bounded():
    dialogue = QmqpDialogue(SETTINGS)
    dialogue.next_event()
    dialogue.receive(b"1" * INPUT_LIMIT)
    assert not dialogue.wants_input
    dialogue.decide(None)
    dialogue.next_event()
    assert dialogue.has_ended


def test_recipients_are_bounded(monkeypatch):
    monkeypatch.setattr(dialogue_module, "MOST_ENVELOPE_OCTETS", 100)
    recipients = [b"someone%d@b.example" % number for number in range(10)]
    heard = converse([packet(TEXT, b"", *recipients)])
    assert heard.ended == SessionEnded(SIZE, RECIPIENT)


def test_an_address_fits_into_the_input_whatever_the_limit():
    settings = replace(SETTINGS, line_length_limit=10 * INPUT_LIMIT)
    heard = converse([packet(TEXT, b"a" * INPUT_LIMIT)], settings)
    assert heard.ended == SessionEnded(SIZE, SENDER)


@pytest.mark.parametrize(
    ("end", "said", "reason"),
    [
        (QmqpDialogue.time_out, b"", "read/write timeout"),
        (QmqpDialogue.hang_up, b"", ""),
        (QmqpDialogue.fail, b"22:ZError: internal error,", ""),
        (QmqpDialogue.shut_down, b"29:ZError: service shutting down,", ""),
    ],
)
def test_ends_from_our_side(end, said, reason):
    dialogue = QmqpDialogue(SETTINGS)
    dialogue.next_event()
    dialogue.decide(None)
    dialogue.receive(packet()[:10])
    while dialogue.next_event() is not NEED_DATA:
        pass
    assert dialogue.deadline_s == SETTINGS.qmqpd_timeout
    end(dialogue)
    assert dialogue.next_event() == SessionEnded(reason, CONTENT)
    assert dialogue.outgoing() == said
    assert dialogue.next_event() is NEED_DATA
    end(dialogue)
    assert dialogue.outgoing() == b""


def test_a_shutdown_lets_a_message_be_delivered():
    dialogue = QmqpDialogue(SETTINGS)
    dialogue.next_event()
    dialogue.decide(None)
    dialogue.receive(packet())
    while not isinstance(dialogue.next_event(), MailReceived):
        pass
    dialogue.shut_down()
    dialogue.decide(QmqpReply(Status.TAKEN, "yes"))
    assert isinstance(dialogue.next_event(), SessionEnded)
    assert dialogue.outgoing() == b"4:Kyes,"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(250, "2.0.0", "Ok: queued as 1"), "KOk: queued as 1"),
        (Reply(450, "4.2.0", "later"), "Z450 4.2.0 later"),
        (Reply(550, "5.1.1", "<x>: unknown\nuser"), "D550 5.1.1 <x>: unknown user"),
    ],
)
def test_smtp_replies(reply, said):
    assert str(from_smtp(reply)) == said


def test_no_control_characters_in_replies():
    assert QmqpReply(Status.REFUSED, "a\r\nb\x7f").to_wire() == b"6:Da??b?,"
