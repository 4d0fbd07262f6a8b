"""XCLIENT as a pure machine: what it tells, what it refuses, and every refusal beside a real smtpd(8)."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from gatepost.model.reply import Reply
from gatepost.wire.smtp.events import SessionEnded, XclientGiven
from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.wire.smtp.states import State
from tests.wire.smtp.private_postfix import PrivatePostfix, private_postfix
from tests.wire.smtp.smtp_client import Asker

HOST = "mx.gatepost.example"
PLAIN = SmtpSettings(myhostname=HOST, smtpd_banner=f"{HOST} ESMTP Postfix", smtpd_forbid_unauth_pipelining=False)
GREETING = f"220 {HOST} ESMTP Postfix\r\n"
OFFER = "250-XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT\r\n"


def trusted(*, helo_required: bool = False, may: bool | None = True) -> Asker:
    """A session of a client that may speak for others."""
    settings = replace(PLAIN, smtpd_helo_required=helo_required)
    asker = Asker(settings)
    asker.dialogue.may_xclient = may
    asker.said()
    return asker


def told(asker: Asker, words: str) -> tuple[tuple[str, str], ...]:
    """What an accepted XCLIENT tells."""
    assert asker.send(f"XCLIENT {words}\r\n") == GREETING
    return asker.of_kind(XclientGiven)[-1].attributes


@pytest.mark.parametrize(
    ("words", "attributes"),
    [
        ("NAME=mail.example ADDR=192.0.2.1", (("NAME", "mail.example"), ("ADDR", "192.0.2.1"))),
        ("addr=192.0.2.01 port=007", (("ADDR", "192.0.2.1"), ("PORT", "007"))),
        ("ADDR=IPV6:2001:DB8::0:1", (("ADDR", "2001:db8::1"),)),
        ("ADDR=ipv6:::ffff:192.0.2.1", (("ADDR", "192.0.2.1"),)),
        ("NAME=[TempUnavail] ADDR=[unavailable]", (("NAME", "[TEMPUNAVAIL]"), ("ADDR", "[UNAVAILABLE]"))),
        ("REVERSE_NAME=a.b NAME=c.d REVERSE_NAME=e.f", (("NAME", "c.d"), ("REVERSE_NAME", "e.f"))),
        ("LOGIN=b+6Fb+20x", (("LOGIN", "bob x"),)),
        ("LOGIN=bob+g1", (("LOGIN", "bob+g1"),)),
        ("DESTADDR=192.0.2.2 DESTPORT=25", (("DESTADDR", "192.0.2.2"), ("DESTPORT", "25"))),
        ("HELO=x PROTO=smtp", ()),
    ],
)
def test_tells_what_is_given(words: str, attributes: tuple[tuple[str, str], ...]) -> None:
    assert told(trusted(), words) == attributes


def test_the_session_begins_anew() -> None:
    asker = trusted(helo_required=True)
    asker.send("EHLO client.example\r\n")
    told(asker, "NAME=mail.example")
    assert (asker.dialogue.helo_name, asker.dialogue.protocol_name) == (None, "SMTP")
    assert asker.send("MAIL FROM:<>\r\n") == "503 5.5.1 Error: send HELO/EHLO first\r\n"


def test_helo_and_proto_take_the_place_of_a_greeting() -> None:
    asker = trusted(helo_required=True)
    told(asker, "HELO=a<b>+20c PROTO=ESMTP")
    assert (asker.dialogue.helo_name, asker.dialogue.protocol_name) == ("a?b??c", "ESMTP")
    assert asker.send("MAIL FROM:<>\r\n") == "250 2.1.0 Ok\r\n"


def test_one_bad_attribute_and_none_takes_effect() -> None:
    asker = trusted()
    asker.send("EHLO client.example\r\n")
    assert asker.send("XCLIENT HELO=x PROTO=SMTP FOO=1\r\n") == "501 5.5.4 Bad XCLIENT attribute name: FOO\r\n"
    assert (asker.dialogue.helo_name, asker.dialogue.protocol_name) == ("client.example", "ESMTP")
    assert asker.of_kind(XclientGiven) == []


def test_offered_to_whom_it_is_allowed() -> None:
    assert OFFER in trusted().send("EHLO x\r\n")
    assert "XCLIENT" not in trusted(may=False).send("EHLO x\r\n")
    settings = replace(PLAIN, smtpd_discard_ehlo_keywords=frozenset({"xclient"}))
    silent = Asker(settings)
    silent.dialogue.may_xclient = True
    assert "XCLIENT" not in silent.send("EHLO x\r\n")


@pytest.mark.parametrize("command", ["EHLO x", "XCLIENT ADDR=192.0.2.1"])
def test_a_list_that_cannot_be_read_ends_the_session(command: str) -> None:
    asker = trusted(may=None)
    assert asker.send(f"{command}\r\n") == "421 4.3.0 mx.gatepost.example Server local data error\r\n"
    assert asker.of_kind(SessionEnded)


def test_who_is_refused_after_it_may_only_quit() -> None:
    asker = trusted()
    asker.verdict = lambda _: Reply(554, "5.7.1", "no")
    assert asker.send("XCLIENT ADDR=192.0.2.1\r\n") == "554 5.7.1 no\r\n"
    assert asker.dialogue.state is State.DENIED
    assert asker.dialogue.counts == "xclient=0/1 commands=0/1"


AWKWARD = """\
XCLIENT|XCLIENT NAME|XCLIENT NAME=|XCLIENT =x|XCLIENT FOO|XCLIENT foo=1|XCLIENT NAME=a..b|XCLIENT NAME=192.0.2.1
XCLIENT NAME=+zz|XCLIENT NAME=a+2Eb|XCLIENT NAME=a+2|XCLIENT NAME=a.|XCLIENT NAME=a_b|XCLIENT REVERSE_NAME=-x
XCLIENT ADDR=127.0.0|XCLIENT ADDR=::1|XCLIENT ADDR=IPV6:x|XCLIENT ADDR=IPV6:127.0.0.1|XCLIENT ADDR=127.0.0.1=5
XCLIENT ADDR=[TEMPUNAVAIL]|XCLIENT ADDR=127.0.0.01|XCLIENT ADDR=127.0.0.256|XCLIENT ADDR=+31+32|XCLIENT ADDR=x+2By
XCLIENT PORT=x|XCLIENT PORT=-1|XCLIENT PORT=99999|XCLIENT PORT=[TEMPUNAVAIL]|XCLIENT PROTO=LMTP|XCLIENT PROTO=esmtp
XCLIENT PROTO=[UNAVAILABLE]|XCLIENT HELO=|XCLIENT HELO=[TEMPUNAVAIL]|XCLIENT LOGIN=|XCLIENT LOGIN=a+20b
XCLIENT DESTADDR=foo|XCLIENT DESTADDR=[UNAVAILABLE]|XCLIENT DESTPORT=foo|XCLIENT NAME=x.example FOO=1|xclient name=y.z"""


@pytest.fixture(scope="module")
def postfix() -> Iterator[PrivatePostfix]:
    rights = {"smtpd_authorized_xclient_hosts": "127.0.0.0/8", "smtpd_hard_error_limit": "1000"}
    with private_postfix({"trusted": rights, "stranger": {}}) as running:
        yield running


@pytest.mark.peer("postfix")
@pytest.mark.parametrize("command", AWKWARD.replace("\n", "|").split("|"))
@pytest.mark.parametrize("door", ["trusted", "stranger"])
def test_the_real_one_says_the_same(postfix: PrivatePostfix, door: str, command: str) -> None:
    turns = [f"{command}\r\n", "NOOP\r\n", "EHLO x\r\n"]
    ours = trusted(may=door == "trusted")
    with (
        socket.create_connection(("127.0.0.1", postfix.ports[door]), timeout=10) as client,
        client.makefile("rb") as said,
    ):
        assert said.readline().decode() == GREETING
        for turn in turns:
            expected = ours.send(turn)
            client.sendall(turn.encode())
            assert "".join(said.readline().decode() for _ in range(expected.count("\n"))) == expected
