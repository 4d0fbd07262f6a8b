"""XFORWARD as a pure machine, and every reply beside a real smtpd(8)."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.wire.smtp.private_postfix import PrivatePostfix, private_postfix
from tests.wire.smtp.smtp_client import Asker
from tests.wire.smtp.test_xclient import GREETING, PLAIN

OFFER = "250-XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT\r\n"
GIVEN = "XFORWARD NAME=spike.example ADDR=IPV6:2001:db8::9 PORT=77 PROTO=smtp HELO=he+20lo IDENT=4X SOURCE=local\r\n"
TOLD = {
    "NAME": "spike.example",
    "ADDR": "2001:db8::9",
    "PORT": "77",
    "PROTO": "smtp",
    "HELO": "he?lo",
    "IDENT": "4X",
    "SOURCE": "LOCAL",
}


def trusted(*, may: bool | None = True) -> Asker:
    """A session of a client whose XFORWARD is believed."""
    asker = Asker(PLAIN)
    asker.dialogue.may_xforward = may
    asker.said()
    return asker


def test_what_is_told_and_when_it_is_forgotten() -> None:
    asker = trusted()
    assert asker.send(GIVEN) == "250 2.0.0 Ok\r\n"
    assert asker.dialogue.forwarded == TOLD
    assert asker.send("XFORWARD PORT=78 HELO=[unavailable]\r\n") == "250 2.0.0 Ok\r\n"
    assert asker.dialogue.forwarded == TOLD | {"PORT": "78", "HELO": "[UNAVAILABLE]"}
    for ending in ("RSET\r\n", "HELO x\r\n", "EHLO x\r\n"):
        asker.send(GIVEN)
        asker.send(ending)
        assert asker.dialogue.forwarded == {}
    asker.send(f"{GIVEN}MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
    assert asker.dialogue.forwarded == TOLD
    asker.send("Subject: x\r\n\r\n.\r\n")
    assert asker.dialogue.forwarded == {}
    assert "xforward=6" in asker.dialogue.counts


def test_offered_to_whom_it_is_allowed() -> None:
    assert OFFER in trusted().send("EHLO x\r\n")
    assert "XFORWARD" not in trusted(may=False).send("EHLO x\r\n")


@pytest.mark.parametrize("command", ["EHLO x", "XFORWARD ADDR=192.0.2.1"])
def test_a_list_that_cannot_be_read_ends_the_session(command: str) -> None:
    assert trusted(may=None).send(f"{command}\r\n") == "421 4.3.0 mx.gatepost.example Server local data error\r\n"


AWKWARD = f"""\
XFORWARD|XFORWARD NAME|XFORWARD NAME=|XFORWARD =x|XFORWARD foo=1|XFORWARD NAME=a..b|XFORWARD NAME=192.0.2.1
XFORWARD NAME=a+2Eb|XFORWARD NAME=+zz|XFORWARD NAME=[TEMPUNAVAIL]|XFORWARD NAME=[unavailable]|XFORWARD ADDR=127.0.0
XFORWARD ADDR=unknown|XFORWARD ADDR=[TEMPUNAVAIL]|XFORWARD ADDR=[UNAVAILABLE]|XFORWARD ADDR=127.0.0.01|XFORWARD ADDR=::1
XFORWARD PORT=x|XFORWARD PORT=99999|XFORWARD PORT=0|XFORWARD PORT=[UNAVAILABLE]|XFORWARD PROTO=anything|XFORWARD PROTO=a+20b
XFORWARD PROTO=[UNAVAILABLE]|XFORWARD SOURCE=x|XFORWARD SOURCE=local|XFORWARD SOURCE=[UNAVAILABLE]|XFORWARD IDENT=a+20b
XFORWARD IDENT=[TEMPUNAVAIL]|XFORWARD HELO=[TEMPUNAVAIL]|XFORWARD HELO=a b|XFORWARD NAME=x.example FOO=1|xforward name=y.z
XFORWARD LOGIN=x|XFORWARD REVERSE_NAME=x.y|XFORWARD DESTADDR=1.2.3.4|XFORWARD PROTO={"p" * 64}|XFORWARD PROTO={"p" * 65}"""


@pytest.fixture(scope="module")
def postfix() -> Iterator[PrivatePostfix]:
    patience = {"smtpd_hard_error_limit": "1000"}
    rights = {"smtpd_authorized_xforward_hosts": "127.0.0.0/8"}
    with private_postfix({"trusted": rights | patience, "stranger": patience}) as running:
        yield running


@pytest.mark.peer("postfix")
@pytest.mark.parametrize("door", ["trusted", "stranger"])
def test_the_real_one_says_the_same(postfix: PrivatePostfix, door: str) -> None:
    ours = Asker(replace(PLAIN, smtpd_hard_error_limit=1000, smtpd_error_sleep_time=0))
    ours.dialogue.may_xforward = door == "trusted"
    ours.said()
    with (
        socket.create_connection(("127.0.0.1", postfix.ports[door]), timeout=10) as client,
        client.makefile("rb") as said,
    ):
        assert said.readline().decode() == GREETING
        commands = AWKWARD.replace("\n", "|").split("|")
        for turn in ("EHLO x", *commands, "MAIL FROM:<a@b.example>", commands[-1], "RSET", "HELO y", commands[-2]):
            expected = ours.send(f"{turn}\r\n")
            client.sendall(f"{turn}\r\n".encode())
            assert (turn, "".join(said.readline().decode() for _ in range(expected.count("\n")))) == (turn, expected)
