"""The dialogue as its asker sees it: events and verdicts."""

from dataclasses import replace

import pytest

from gatepost.model.envelope import Recipient, Sender
from gatepost.model.reply import Reply
from gatepost.wire.smtp.dialogue import INPUT_LIMIT, SmtpDialogue
from gatepost.wire.smtp.events import (
    AWAITING_VERDICT,
    NEED_DATA,
    Connected,
    DataRequested,
    EtrnAsked,
    HelloGiven,
    MessageChunk,
    MessageEnded,
    RecipientGiven,
    Remarked,
    SenderGiven,
    SessionEnded,
    TransactionReset,
    VerifyAsked,
)
from tests.wire.smtp.smtp_client import BUSY, EHLO, REFUSED, SETTINGS, TO_DATA, Asker, refusing


def test_events_of_a_session() -> None:
    asker = Asker(SETTINGS)
    assert asker.said() == "220 mx.example ESMTP\r\n"
    asker.send("EHLO a b\r\nMAIL FROM:<x@y.example> SIZE=9 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=q\r\n")
    asker.send(
        'RCPT TO:<"p q"@d.example> NOTIFY=NEVER ORCPT=rfc822;p\r\nDATA\r\nText\r\n.\r\nVRFY v w@x\r\nETRN @e.example\r\n'
    )
    asker.send("VRFY <v@x> SMTPUTF8\r\nQUIT\r\n")
    assert [event for event in asker.events if not isinstance(event, Remarked)] == [
        Connected(),
        HelloGiven("a?b", "a b", is_extended=True),
        SenderGiven(Sender("x@y.example", 9, "8BITMIME", True, "HDRS", "q")),
        RecipientGiven(Recipient("p q@d.example", "NEVER", "rfc822;p")),
        DataRequested("DATA"),
        MessageEnded(6, 0),
        EtrnAsked("e.example"),
        VerifyAsked("v@x", is_smtputf8=True),
        SessionEnded("quit", "QUIT"),
    ]
    assert asker.messages == [b"Text\r\n"]
    assert asker.dialogue.counts == "ehlo=1 mail=1 rcpt=1 data=1 vrfy=1/2 etrn=1 quit=1 commands=7/8"
    assert asker.dialogue.next_event() is NEED_DATA


def test_facts_for_the_asker() -> None:
    asker = Asker(SETTINGS)
    dialogue = asker.dialogue
    assert (dialogue.protocol_name, dialogue.helo_name, dialogue.sender, dialogue.last_command) == (
        "SMTP",
        None,
        None,
        "CONNECT",
    )
    asker.send(EHLO + "MAIL FROM:<a@b.example>\r\n" + "RCPT TO:<c@d.example>\r\n" * 2)
    assert (dialogue.protocol_name, dialogue.helo_name) == ("ESMTP", "client.example")
    assert (dialogue.sender, dialogue.recipient_count, dialogue.last_command) == (Sender("a@b.example"), 2, "RCPT")
    asker.send("HELO other\r\n")
    assert (dialogue.protocol_name, dialogue.helo_name) == ("ESMTP", "other")
    assert (dialogue.sender, dialogue.recipient_count) == (None, 0)
    assert asker.events[-1] == TransactionReset()


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("a<b>", "a?b?"),
        ('(\\";@`)', "???????"),
        ("a\x01b\x7f", "a?b?"),
        ("é.example", "é.example"),
        ("[192.0.2.1]", "[192.0.2.1]"),
    ],
)
def test_helo_name_is_made_harmless(given_name: str, name: str) -> None:
    asker = Asker(SETTINGS)
    asker.send(f"HELO {given_name}\r\n")
    assert asker.dialogue.helo_name == name
    strict = Asker(replace(SETTINGS, smtputf8_enable=False))
    strict.send(f"HELO {given_name}\r\n")
    assert (strict.dialogue.helo_name or "").isascii()


def test_input_waits_for_the_verdict() -> None:
    dialogue = SmtpDialogue(SETTINGS)
    assert dialogue.next_event() == Connected()
    dialogue.receive(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\n")
    assert dialogue.next_event() is AWAITING_VERDICT
    assert dialogue.outgoing() == b""
    dialogue.decide(None)
    assert dialogue.outgoing() == b"220 mx.example ESMTP\r\n"
    assert isinstance(dialogue.next_event(), Remarked)
    assert dialogue.is_pipelining_unauthorised
    assert dialogue.next_event() == HelloGiven("x", "x", is_extended=True)
    assert dialogue.next_event() is AWAITING_VERDICT
    assert dialogue.wants_input
    dialogue.receive(b"x" * INPUT_LIMIT)
    assert not dialogue.wants_input


def test_verdict_replaces_the_text() -> None:
    asker = Asker(SETTINGS, lambda event: Reply(250, "2.0.0", "Ok: 42") if isinstance(event, MessageEnded) else None)
    assert asker.send(TO_DATA + ".\r\n").endswith("250 2.0.0 Ok: 42\r\n")


@pytest.mark.parametrize(
    ("kind", "sent", "counts"),
    [
        (HelloGiven, EHLO, "ehlo=0/1 commands=0/1"),
        (SenderGiven, EHLO + "MAIL FROM:<>\r\n", "ehlo=1 mail=0/1 commands=1/2"),
        (RecipientGiven, EHLO + "MAIL FROM:<>\r\nRCPT TO:<a@b>\r\n", "ehlo=1 mail=1 rcpt=0/1 commands=2/3"),
        (DataRequested, TO_DATA, "ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4"),
        (MessageEnded, TO_DATA + ".\r\n", "ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4"),
        (VerifyAsked, "VRFY a\r\n", "vrfy=0/1 commands=0/1"),
        (EtrnAsked, "ETRN a\r\n", "etrn=0/1 commands=0/1"),
    ],
)
@pytest.mark.parametrize("reply", [REFUSED, BUSY, Reply(521, "5.7.1", "Go away")])
def test_refusals(kind: type, sent: str, counts: str, reply: Reply) -> None:
    asker = refusing(kind, reply)
    assert asker.send(sent).endswith(f"{reply}\r\n")
    assert asker.dialogue.counts == counts
    assert asker.has_ended is reply.ends_session
    assert asker.dialogue.error_count == 1
    if reply.ends_session:
        assert asker.events[-1].reason == ""  # type: ignore[union-attr]  # the last event is SessionEnded


def test_refused_connection() -> None:
    asker = refusing(Connected)
    asker.dialogue.client = "bad[192.0.2.9]"
    assert asker.said() == f"{REFUSED}\r\n"
    assert asker.send("EHLO x\r\nFOO\r\n") == "503 5.7.0 Error: access denied for bad[192.0.2.9]\r\n" * 2
    assert asker.send("QUIT\r\n") == "221 2.0.0 Bye\r\n"
    assert refusing(Connected, BUSY).has_ended


def test_transaction_ends_with_a_refused_message() -> None:
    asker = refusing(MessageEnded)
    asker.send(TO_DATA + "x\r\n.\r\n")
    assert asker.events[-2:] == [MessageEnded(3, 0), TransactionReset()]
    assert asker.send("MAIL FROM:<>\r\nDATA\r\n") == "250 2.1.0 Ok\r\n554 5.5.1 Error: no valid recipients\r\n"


def test_transaction_stays_after_refused_data() -> None:
    asker = refusing(DataRequested)
    asker.send(TO_DATA)
    assert TransactionReset() not in asker.events
    assert asker.dialogue.recipient_count == 1
    asker.verdict = lambda _: None
    assert asker.send("DATA\r\n").startswith("354 ")


@pytest.mark.parametrize(
    ("text", "settings_", "refusal"),
    [
        ("x" * 300 + "\r\n.\r\n", {"message_size_limit": 100}, "552 5.3.4 Error: message file too big"),
        ("Received: x\r\n" * 60 + "\r\n.\r\n", {}, "554 5.4.0 Error: too many hops"),
        ("a\nb\r\n.\r\n", {"smtpd_forbid_bare_newline": "reject"}, "550 5.5.2 mx.example Error: bare <LF> received"),
    ],
)
def test_message_that_the_dialogue_refuses(text: str, settings_: dict[str, object], refusal: str) -> None:
    asker = Asker(replace(SETTINGS, **settings_))  # type: ignore[arg-type]  # a table of names and values
    assert asker.send(TO_DATA + text + "NOOP\r\n").endswith(f"\r\n{refusal}\r\n250 2.0.0 Ok\r\n")
    ended = asker.of_kind(MessageEnded)[0]
    assert ended.refusal_is_due
    assert str(ended.refusal) == refusal
    assert TransactionReset() in asker.events
    assert asker.dialogue.counts.startswith("ehlo=1 mail=1 rcpt=1 data=0/1 noop=1")


def test_chunks_are_passed_on_at_once() -> None:
    dialogue = Asker(SETTINGS)
    dialogue.send(TO_DATA)
    dialogue.dialogue.receive(b"half a li")
    assert dialogue.dialogue.next_event() == MessageChunk(b"half a li")
    dialogue.messages.append(b"")
    dialogue.send("ne\r\n.\r\n")
    assert dialogue.of_kind(MessageEnded) == [MessageEnded(13, 0)]


def test_bdat_over_many_pieces() -> None:
    asker = Asker(SETTINGS)
    asker.send(TO_DATA.replace("DATA\r\n", ""))
    for piece in ("BDAT 10\r\n", "01234", "56789BD", "AT 4 LA", "ST\r\na\n", "b", "c"):
        reply = asker.send(piece)
    assert reply == "250 2.0.0 Ok\r\n"
    assert asker.messages == [b"0123456789a\r\nbc\r\n"]
    assert [event.command for event in asker.of_kind(DataRequested)] == ["BDAT"]


def test_refused_bdat_is_swallowed_not_parsed() -> None:
    asker = refusing(DataRequested)
    sent = TO_DATA.replace("DATA\r\n", "") + "BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"
    assert asker.send(sent).splitlines()[-3:] == [
        str(REFUSED),
        "551 5.0.0 Discarded 6 bytes after earlier error",
        "250 2.0.0 Ok",
    ]
    assert not asker.has_ended


def test_huge_refused_chunk_takes_no_memory() -> None:
    asker = Asker(SETTINGS)
    asker.send(f"EHLO x\r\nBDAT {10**12}\r\n")
    for _ in range(50):
        asker.send(b"x" * 65536)
        assert len(asker.dialogue.input) == 0
    assert asker.dialogue.outgoing() == b""


def test_other_protocols_are_sent_away() -> None:
    asker = Asker(SETTINGS)
    assert asker.send("GET / HTTP/1.1\r\nHost: x\r\n").endswith(
        "221 2.7.0 Error: I can break rules, too. Goodbye.\r\n"
    )
    assert asker.of_kind(Remarked)[-1] == Remarked("warning", "non-SMTP command from %s: GET / HTTP/1.1")
    assert asker.has_ended


def test_forbidden_commands_can_be_none() -> None:
    asker = Asker(replace(SETTINGS, smtpd_forbidden_commands=()))
    asker.said()
    assert asker.send("GET /\r\n1\r\n") == "500 5.5.2 Error: command not recognized\r\n" * 2


def test_over_long_line_is_bounded() -> None:
    asker = Asker(SETTINGS)
    asker.said()
    assert asker.send("NOOP " + "x" * 5000 + "\r\n") == "250 2.0.0 Ok\r\n"
    for _ in range(30):
        asker.send(b"x" * 65536)
        assert len(asker.dialogue.input) <= 65536
    assert asker.has_ended


@pytest.mark.parametrize(
    ("address", "settings_", "is_accepted"),
    [
        ("-a@b.example", {}, False),
        ("-a@b.example", {"allow_min_user": True}, True),
        ("-a", {"allow_min_user": True}, True),
        ("a@192.0.2.1", {}, False),
        ("a@192.0.2.1", {"resolve_numeric_domain": True}, True),
        ("a@12", {"resolve_numeric_domain": True}, False),
        ("a@12", {"append_dot_mydomain": True, "mydomain": "b.example"}, True),
        ("a@", {}, False),
        ("a@", {"resolve_null_domain": True}, True),
        ("a!b..c", {"swap_bangpath": False}, True),
        ("b..c!a", {}, False),
        ("a%b..c", {"allow_percent_hack": False}, True),
        ("a%b..c", {}, False),
    ],
)
def test_address_parameters(address: str, settings_: dict[str, object], is_accepted: bool) -> None:
    asker = Asker(replace(SETTINGS, **settings_))  # type: ignore[arg-type]  # a table of names and values
    asker.said()
    reply = asker.send(f"MAIL FROM:<{address}>\r\n")
    assert reply.startswith("250" if is_accepted else "501 5.1.7")
    if not is_accepted:
        assert asker.of_kind(Remarked) == [
            Remarked("warning", f"Illegal address syntax from %s in MAIL command: <{address}>")
        ]


@pytest.mark.parametrize(
    "command",
    [
        'MAIL FROM:<"a\x01b"@c.example>',
        'MAIL FROM:<> ENVID="a\rRCPT"',
        'RCPT TO:<"a\x7f"@b.example>',
        'RCPT TO:<a@b.example> ORCPT="rfc822;a\rDATA"',
        'RCPT TO:<a@b.example> ORCPT=utf-8;"a\rDATA"',
        'RCPT TO:<a@b.example> NOTIFY="NEVER\rDATA"',
        'RCPT TO:<a@b.example> "X\rY"',
    ],
)
def test_no_control_character_gets_through(command: str) -> None:
    asker = Asker(SETTINGS)
    asker.send("MAIL FROM:<>\r\n" if command.startswith("RCPT") else "NOOP\r\n")
    assert asker.send(command + "\r\n")[:3] in ("501", "555")
    assert asker.send('RSET\r\nMAIL FROM:<"a\rb"@c.example>\r\n').endswith("250 2.1.0 Ok\r\n")
    assert asker.of_kind(SenderGiven)[-1] == SenderGiven(Sender("a b@c.example"))


def test_strict_smtputf8() -> None:
    asker = Asker(replace(SETTINGS, strict_smtputf8=True))
    asker.said()
    must = "553 5.6.7 Must declare SMTPUTF8 to send unicode address\r\n"
    assert asker.send("MAIL FROM:<é@b.example>\r\nVRFY é\r\n") == must * 2
    assert (
        asker.send("MAIL FROM:<>\r\nRCPT TO:<é@b.example>\r\nRSET\r\n") == f"250 2.1.0 Ok\r\n{must}250 2.0.0 Ok\r\n"
    )
    assert (
        asker.send("MAIL FROM:<é@b.example> SMTPUTF8\r\nRCPT TO:<é@é.example>\r\n")
        == "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n"
    )
