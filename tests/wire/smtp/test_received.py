"""The Received: header: its form, and that nobody can write a header line through it."""

from dataclasses import replace
from email import message_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.envelope import Origin
from gatepost.wire.smtp.received import received_header

DATE = "Sun, 22 Nov 2026 10:00:00 +0000 (UTC)"
ORIGIN = Origin("client.example", "192.0.2.1", 1025, "ESMTP", "helo.example", "4c1d")


def header(origin: Origin = ORIGIN, **named: object) -> str:
    """The header as text."""
    values: dict[str, object] = {"myhostname": "mx.example", "mail_name": "Gatepost", "date": DATE, **named}
    return received_header(origin, **values).decode()  # type: ignore[arg-type]  # a table of names and values


def test_one_recipient() -> None:
    assert header(recipient="a b@d.example") == (
        "Received: from helo.example (client.example [192.0.2.1])\r\n"
        "\tby mx.example (Gatepost) with ESMTP id 4c1d\r\n"
        f'\tfor <"a b"@d.example>; {DATE}\r\n'
    )


def test_several_recipients() -> None:
    assert header(is_smtputf8=True).endswith(f"\tby mx.example (Gatepost) with UTF8SMTP id 4c1d;\r\n\t{DATE}\r\n")


def test_by_qmqp_the_id_stands_with_the_date_where_no_recipient_does() -> None:
    origin = Origin("client.example", "192.0.2.1", 1025, "QMQP", "", "4c1d")
    begin = "Received: from client.example (client.example [192.0.2.1])\r\n\tby mx.example (Gatepost) with QMQP"
    assert header(origin) == f"{begin}\r\n\tid 4c1d; {DATE}\r\n"
    assert header(origin, recipient="x@d") == f"{begin} id 4c1d\r\n\tfor <x@d>; {DATE}\r\n"


def test_without_helo_and_id_by_ipv6() -> None:
    origin = Origin("unknown", "2001:db8::1", 1025, "SMTP", "", "")
    assert header(origin).startswith(
        "Received: from unknown (unknown [IPv6:2001:db8::1])\r\n\tby mx.example (Gatepost) with SMTP;\r\n"
    )


def test_a_login() -> None:
    origin = replace(ORIGIN, is_encrypted=True, is_authenticated=True)
    assert " with ESMTPSA id " in header(origin)
    assert "Authenticated" not in header(origin)
    named = header(replace(origin, login="ann) by (x\r\nX: y"))
    assert named.split("\r\n")[1] == "\t(Authenticated sender: ann??by??x??X:?y)"
    assert " with SMTP id " in header(replace(origin, protocol="SMTP"))


@pytest.mark.parametrize("is_smtputf8", [False, True])
@given(evil=st.text(max_size=300) | st.just("a\r\nX-Evil: yes\r\n\r\nbody") | st.just(")) ; (") | st.just('"<x>"@y'))
def test_no_injection(is_smtputf8: bool, evil: str) -> None:
    origin = Origin(evil, evil, 1, evil, evil, evil)
    octets = received_header(
        origin, myhostname=evil, mail_name=evil, date=evil, recipient=evil, is_smtputf8=is_smtputf8
    )
    lines = octets.split(b"\r\n")
    assert lines.pop() == b""
    assert len(lines) == 3
    assert lines[0].startswith(b"Received: from ")
    assert all(line.startswith(b"\t") for line in lines[1:])
    assert all(len(line) <= 2200 and not set(line[1:]) & set(range(32)) for line in lines)
    assert message_from_bytes(octets + b"\r\n").keys() == ["Received"]
    assert octets.isascii() or is_smtputf8
