"""SmtpDelivery as a pure machine: what it sends, in how many writes, and what it makes of the answers."""

import itertools
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.model.envelope import Origin, Recipient, Sender
from gatepost.wire.smtp.delivery import (
    BAD_RECIPIENT,
    BAD_SENDER,
    NEEDS_SMTPUTF8,
    ONE_RECIPIENT,
    TOO_LARGE,
    DataAnswered,
    HopBroke,
    IdentityRefused,
    MessageAnswered,
    Ready,
    RecipientAnswered,
    SmtpDelivery,
)
from gatepost.wire.smtp.delivery_replies import UNAVAILABLE
from gatepost.wire.smtp.events import NEED_DATA

SENDER = Sender("from@example.org")
RECIPIENT = Recipient("to@example.com")
ORIGIN = Origin("unknown", "192.0.2.7", 4711, "ESMTP", "helo", "ID1")
PIPELINING = b"250-hop\r\n250-PIPELINING\r\n250-DSN\r\n250-SIZE 1000\r\n250 XFORWARD ADDR\r\n"
PLAIN = b"250 hop\r\n"


def tell(delivery, octets):
    """Give octets, collect the events."""
    delivery.receive(octets)
    events = []
    while (event := delivery.next_event()) is not NEED_DATA:
        events.append(event)
    return events


def ready(ehlo=PIPELINING, **options):
    delivery = SmtpDelivery("gate.example", **options)
    assert tell(delivery, b"220 hop ESMTP\r\n") == []
    delivery.outgoing()
    assert tell(delivery, ehlo) == [Ready()]
    assert delivery.outgoing() == b""
    return delivery


def in_envelope(ehlo=PIPELINING, **options):
    delivery = ready(ehlo, **options)
    assert delivery.open(SENDER, ORIGIN, RECIPIENT) is None
    answers = 0
    while delivery.awaits_reply:
        delivery.outgoing()
        tell(delivery, b"250 2.1.0 ok\r\n")
        answers += 1
    assert answers == (3 if delivery.extensions.has_pipelining else 2)
    return delivery


def in_content(ehlo=PIPELINING, **options):
    delivery = in_envelope(ehlo, **options)
    delivery.data()
    assert delivery.outgoing() == b"DATA\r\n"
    (event,) = tell(delivery, b"354 go\r\n")
    assert isinstance(event, DataAnswered)
    assert event.reply.code == 354
    return delivery


def test_with_pipelining_the_first_recipient_costs_one_write():
    delivery = ready()
    delivery.open(SENDER, ORIGIN, RECIPIENT)
    assert delivery.outgoing() == (
        b"XFORWARD ADDR=192.0.2.7\r\nMAIL FROM:<from@example.org>\r\nRCPT TO:<to@example.com>\r\n"
    )
    assert delivery.outgoing() == b""
    (event,) = tell(delivery, b"250 2.0.0 ok\r\n250 2.1.0 ok\r\n550 5.1.1 no such user\r\n")
    assert isinstance(event, RecipientAnswered)
    assert str(event.reply) == "550 5.1.1 no such user"


def test_without_pipelining_each_command_waits_for_its_turn():
    delivery = ready(b"250-hop\r\n250 XFORWARD ADDR\r\n")
    delivery.open(SENDER, ORIGIN, RECIPIENT)
    sent = []
    while delivery.awaits_reply:
        sent.append(delivery.outgoing())
        events = tell(delivery, b"250 ok\r\n")
    assert [line.split()[0] for line in sent] == [b"XFORWARD", b"MAIL", b"RCPT"]
    assert [type(event) for event in events] == [RecipientAnswered]


@pytest.mark.parametrize(
    ("options", "answers", "greetings"),
    [
        ({}, [PLAIN], [b"EHLO gate.example\r\n"]),
        ({"is_lmtp": True}, [PLAIN], [b"LHLO gate.example\r\n"]),
        ({}, [b"500 what?\r\n", PLAIN], [b"EHLO gate.example\r\n", b"HELO gate.example\r\n"]),
        ({}, [b"450 no\r\n", PLAIN], [b"EHLO gate.example\r\n", b"HELO gate.example\r\n"]),
    ],
)
def test_the_greeting(options, answers, greetings):
    delivery = SmtpDelivery("gate.example", **options)
    tell(delivery, b"220-many\r\n220 lines\r\n")
    sent = [delivery.outgoing()]
    for answer in answers:
        events = tell(delivery, answer)
        sent.append(delivery.outgoing())
    assert events == [Ready()]
    assert sent == [*greetings, b""]


def test_a_bad_own_name_injects_nothing():
    delivery = SmtpDelivery("x\r\nRSET")
    tell(delivery, b"220 hop\r\n")
    assert delivery.outgoing() == b"EHLO localhost\r\n"


@pytest.mark.parametrize(
    ("options", "before", "refusal", "command"),
    [
        ({}, [], b"554 5.7.1 go away", "CONNECT"),
        ({}, [], b"421 busy", "CONNECT"),
        ({}, [], b"354 what", "CONNECT"),
        ({}, [b"220 hop"], b"421 busy", "EHLO"),
        ({}, [b"220 hop", b"502 no"], b"550 no", "HELO"),
        ({"is_lmtp": True}, [b"220 hop"], b"500 no", "LHLO"),
    ],
)
def test_refused_before_mail(options, before, refusal, command):
    delivery = SmtpDelivery("gate.example", **options)
    for answer in before:
        assert tell(delivery, answer + b"\r\n") == []
    (event,) = tell(delivery, refusal + b"\r\n")
    assert isinstance(event, IdentityRefused)
    assert (event.command, event.reply) == (command, UNAVAILABLE)
    assert delivery.is_spent


@pytest.mark.parametrize(
    ("answers", "command", "reply"),
    [
        (b"550 no\r\n503 no\r\n503 no\r\n", "XFORWARD", UNAVAILABLE),
        (b"250 ok\r\n550 5.7.1 not you\r\n503 no\r\n", "MAIL", UNAVAILABLE),
        (b"250 ok\r\n421 busy\r\n", "MAIL", UNAVAILABLE),
        (b"250 ok\r\n354 odd\r\n503 no\r\n", "MAIL", UNAVAILABLE),
    ],
)
def test_refused_at_mail_is_never_a_bounce(answers, command, reply):
    delivery = ready()
    delivery.open(SENDER, ORIGIN, RECIPIENT)
    (event,) = tell(delivery, answers)
    assert isinstance(event, IdentityRefused)
    assert (event.command, event.reply) == (command, reply)
    assert delivery.is_spent


def test_only_the_size_may_be_refused_at_mail():
    delivery = ready()
    delivery.open(SENDER, ORIGIN, RECIPIENT)
    (event,) = tell(delivery, b"250 ok\r\n552 5.3.4 too large\r\n503 no\r\n")
    assert str(event.reply) == "552 5.3.4 too large"


@pytest.mark.parametrize(
    ("ehlo", "sender", "recipient", "refusal"),
    [
        (PIPELINING, Sender("a@b", is_smtputf8=True), RECIPIENT, NEEDS_SMTPUTF8),
        (PIPELINING, Sender("ä@b"), RECIPIENT, NEEDS_SMTPUTF8),
        (PIPELINING, SENDER, Recipient("ä@b"), NEEDS_SMTPUTF8),
        (PIPELINING, Sender("a@b", size_bytes=1001), RECIPIENT, TOO_LARGE),
        (PIPELINING, Sender("a\r\nDATA@b"), RECIPIENT, BAD_SENDER),
        (PIPELINING, SENDER, Recipient("a\r\nDATA@b"), BAD_RECIPIENT),
        (PIPELINING, Sender("a@b", size_bytes=1000), RECIPIENT, None),
        (PLAIN, Sender("a@b", size_bytes=10**9, body="8BITMIME"), RECIPIENT, None),
        (b"250-hop\r\n250 SMTPUTF8\r\n", Sender("ä@b", is_smtputf8=True), Recipient("ä@b"), None),
    ],
)
def test_refused_without_asking(ehlo, sender, recipient, refusal):
    delivery = ready(ehlo)
    assert delivery.open(sender, ORIGIN, recipient) == refusal
    assert bool(delivery.outgoing()) is (refusal is None)
    assert delivery.is_quiet is (refusal is not None)


def test_lmtp_takes_one_recipient_and_a_refused_one_does_not_count():
    delivery = ready(is_lmtp=True)
    delivery.open(SENDER, ORIGIN, RECIPIENT)
    tell(delivery, b"250 ok\r\n250 ok\r\n550 no\r\n")
    assert delivery.recipient(Recipient("second@example.com")) is None
    tell(delivery, b"250 ok\r\n")
    assert delivery.recipient(Recipient("third@example.com")) == ONE_RECIPIENT


def test_a_transaction_left_open_is_reset_before_the_next():
    delivery = in_envelope()
    delivery.reset()
    assert delivery.outgoing() == b""
    assert delivery.is_quiet
    delivery.open(SENDER, ORIGIN, RECIPIENT)
    assert delivery.outgoing().split(b"\r\n")[0] == b"RSET"
    (event,) = tell(delivery, b"250 ok\r\n" * 4)
    assert isinstance(event, RecipientAnswered)


def test_a_delivered_one_needs_no_reset():
    delivery = in_content()
    delivery.finish()
    delivery.outgoing()
    tell(delivery, b"250 ok\r\n")
    delivery.open(SENDER, ORIGIN, RECIPIENT)
    assert delivery.outgoing().startswith(b"XFORWARD")


@pytest.mark.parametrize("said", [b"250 not 354\r\n", b"333 what\r\n", b"???\r\n"])
def test_data_answered_with_nonsense(said):
    delivery = in_envelope()
    delivery.data()
    (event,) = tell(delivery, said)
    assert isinstance(event, HopBroke)
    assert delivery.is_spent


@pytest.mark.parametrize("said", [b"354 go\r\n", b"250 ok\r\n250 ok\r\n", b"xyz\r\n", b"250-ok\r\n550 no\r\n"])
def test_recipient_answered_with_nonsense(said):
    delivery = in_envelope()
    delivery.recipient(Recipient("second@example.com"))
    (event,) = tell(delivery, said)
    assert isinstance(event, HopBroke)
    assert delivery.is_spent


@pytest.mark.parametrize("said", [b"250 ok\r\n", b"421 idle too long\r\n", b"\x00"])
def test_nobody_asked(said):
    delivery = ready()
    events = tell(delivery, said + b"\r\n")
    assert [type(event) for event in events] == [HopBroke]


def test_a_hop_that_accepts_and_leaves_has_accepted():
    delivery = in_content()
    delivery.finish()
    (event,) = tell(delivery, b"250 2.0.0 Ok\r\n421 bye\r\n")
    assert isinstance(event, MessageAnswered)
    assert event.reply.code == 250
    assert delivery.is_spent


def test_a_refusal_in_the_middle_of_the_message():
    delivery = in_content()
    delivery.write(b"some\r\n")
    (event,) = tell(delivery, b"554 5.7.1 I have seen enough\r\n")
    assert isinstance(event, MessageAnswered)
    assert str(event.reply) == "554 5.7.1 I have seen enough"
    assert delivery.is_spent


@pytest.mark.parametrize(("said", "kind"), [(b"250 done already", HopBroke), (b"550 no", MessageAnswered)])
def test_more_in_one_breath_with_354(said, kind):
    delivery = in_envelope()
    delivery.data()
    events = tell(delivery, b"354 go\r\n" + said + b"\r\n")
    assert [type(event) for event in events] == [DataAnswered, kind]
    assert delivery.is_spent


def test_a_yes_in_the_middle_of_the_message_is_not_believed():
    delivery = in_content()
    (event,) = tell(delivery, b"250 ok\r\n")
    assert isinstance(event, HopBroke)


def test_a_message_larger_than_the_hop_takes():
    delivery = in_content()
    assert delivery.write(b"x" * 998 + b"\r\n") is None
    assert delivery.write(b"x") == TOO_LARGE
    assert delivery.is_spent


def sent_for(chunks, ehlo=PLAIN):
    delivery = in_content(ehlo)
    wire = bytearray()
    for chunk in chunks:
        assert delivery.write(chunk) is None
        wire += delivery.outgoing()
    delivery.finish()
    return bytes(wire + delivery.outgoing())


def received(wire):
    """Undo the dot-stuffing as RFC 5321 section 4.5.2 has the receiver do it."""
    assert wire.endswith(b".\r\n")
    assert re.search(rb"(\A|\r\n)\.\r\n\Z", wire)
    assert len(re.findall(rb"(?:\A|(?<=\r\n))\.\r\n", wire)) == 1
    return re.sub(rb"(\A|\r\n)\.", rb"\1", wire[:-3])


LINES = st.lists(st.sampled_from([b"", b".", b"..", b".x", b"x", b"\xff.", b" .", b"x" * 2000]), max_size=20)


@given(LINES, st.lists(st.integers(0, 5000), max_size=10), st.booleans())
@settings(max_examples=500)
def test_a_message_arrives_as_it_was(lines, cuts, ends_with_line_end):
    message = b"\r\n".join(lines) + (b"\r\n" if ends_with_line_end else b"")
    places = sorted({0, len(message), *(cut % (len(message) + 1) for cut in cuts)})
    wire = sent_for(message[a:b] for a, b in itertools.pairwise(places))
    whole = message if message.endswith(b"\r\n") or not message else message + b"\r\n"
    assert received(wire) == whole


def test_three_thousand_random_messages_arrive_as_they_were():
    chance = random.Random(2)
    for _ in range(3000):
        words = [chance.choice([b"\r\n", b".", b"\r\n.", chance.randbytes(5)]) for _ in range(chance.randrange(40))]
        message = re.sub(rb"(?<!\r)\n|\r(?!\n)", b"", b"".join(words)) + b"\r\n"
        cut = chance.randrange(len(message))
        assert received(sent_for([message[:cut], message[cut:]])) == message


@pytest.mark.parametrize(
    ("chunks", "wire"),
    [
        ([b"a\n.\nb\r\n"], b"a\r\n..\r\nb\r\n.\r\n"),
        ([b"a\r.\rb\r\n"], b"a . b\r\n.\r\n"),
        ([b"a\r", b"\n.\r\n"], b"a\r\n..\r\n.\r\n"),
        ([b"a\r", b".\r\n"], b"a .\r\n.\r\n"),
        ([b"a\r"], b"a \r\n.\r\n"),
        ([b"\n.\n"], b"\r\n..\r\n.\r\n"),
        ([], b".\r\n"),
    ],
)
def test_stray_line_ends_smuggle_nothing(chunks, wire):
    assert sent_for(chunks) == wire


@given(
    st.lists(st.binary(max_size=12) | st.sampled_from([b"\r", b"\n", b".", b"\r\n.\r\n", b"\n.\r\n"]), max_size=30)
)
def test_no_content_ends_the_message_before_finish(chunks):
    wire = sent_for(chunks)
    assert b"\n" not in wire.replace(b"\r\n", b"")
    assert b"\r" not in wire.replace(b"\r\n", b"")
    received(wire)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_no_hop_can_make_it_raise(octets, cut):
    for begin in (lambda: SmtpDelivery("x"), ready, in_envelope, in_content):
        delivery = begin()
        tell(delivery, octets[:cut])
        tell(delivery, octets[cut:])
        delivery.outgoing()
