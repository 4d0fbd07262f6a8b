"""The one encoder of outbound commands: nothing can be injected, everything else arrives as it was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.envelope import Origin, Recipient, Sender
from gatepost.wire.smtp.delivery_commands import (
    Extensions,
    command_line,
    dsn_parameters,
    is_safe,
    mail_command,
    path,
    read_extensions,
    recipient_command,
    xforward_commands,
    xtext,
)
from gatepost.wire.smtp.delivery_replies import HopReply

ALL = Extensions(
    has_pipelining=True,
    has_8bitmime=True,
    has_smtputf8=True,
    has_dsn=True,
    has_size=True,
    xforward=frozenset(("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE")),
)
ORIGIN = Origin("mail.example.org", "192.0.2.7", 4711, "ESMTP", "helo.example.org", "ID1")
CONTROLS = [chr(n) for n in (*range(32), 127)]


@pytest.mark.parametrize("control", CONTROLS)
def test_no_control_character_leaves(control):
    for address in (f"a{control}RCPT TO:<evil@x>@example.com", f"a@example.com{control}", f'"{control}"@x', control):
        assert mail_command(Sender(address), ALL) is None
        assert recipient_command(Recipient(address), ALL) is None
        assert not is_safe(address)
    assert command_line("EHLO", f"host{control}") is None


ANY_TEXT = st.text(st.characters() | st.sampled_from('\r\n\0<>" \\@=.+'), max_size=60)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_no_address_or_parameter_makes_a_second_command_or_parameter(address, notify, original, envelope_id):
    mail = mail_command(Sender(address, dsn_return="FULL", envelope_id=envelope_id), ALL)
    rcpt = recipient_command(Recipient(address, notify, original), ALL)
    for line, names in ((mail, (b"RET", b"ENVID")), (rcpt, (b"NOTIFY", b"ORCPT"))):
        if line is None:
            continue
        assert line.endswith(b"\r\n")
        assert not any(octet < 32 or octet == 127 for octet in line[:-2])
        rest = after_path(line[:-2])
        assert [word.split(b"=")[0] for word in rest.split(b" ")[1:]] == [n for n in names if n + b"=" in rest]
        assert rest.count(b"=") == rest.count(b" ")


def after_path(line):
    """Walk `<local@domain>` as RFC 5321 reads it and give what follows."""
    at = line.index(b"<") + 1
    if line[at : at + 1] == b'"':
        at += 1
        while line[at : at + 1] != b'"':
            at += 2 if line[at : at + 1] == b"\\" else 1
        at += 1
    end = line.index(b">", at)
    assert b" " not in line[at:end]
    return line[end + 1 :]


@given(st.builds(Origin, ANY_TEXT, ANY_TEXT, st.integers(0, 65535), ANY_TEXT, ANY_TEXT, ANY_TEXT, st.booleans()))
def test_no_origin_makes_a_second_command(origin):
    for line in xforward_commands(origin, ALL):
        assert line.startswith(b"XFORWARD ")
        assert line.index(b"\r\n") == len(line) - 2
        assert all(word.count(b"=") == 1 for word in line[:-2].split(b" ")[1:])


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("", "<>"),
        ("postmaster", "<postmaster>"),
        ("a@example.com", "<a@example.com>"),
        ("a..b.@example.com", '<"a..b."@example.com>'),
        ("@example.com", '<""@example.com>'),
        ("user+tag%x!y@[192.0.2.1]", "<user+tag%x!y@[192.0.2.1]>"),
        ("a@[IPv6:2001:db8::1]", "<a@[IPv6:2001:db8::1]>"),
        ('"a b"@example.com', '<"\\"a b\\""@example.com>'),  # the quotes are part of the name: not the same as a b
        ("a b@example.com", '<"a b"@example.com>'),
        ("a> NOTIFY=NEVER@x", '<"a> NOTIFY=NEVER"@x>'),
        ('a"b\\c@x', '<"a\\"b\\\\c"@x>'),
        ('"a@b"', None),
        ("müller@exämple.com", "<müller@exämple.com>"),
        ("a@b> SIZE=1", None),
        ("a@b c", None),
    ],
)
def test_how_an_address_is_written(address, written):
    assert path(address) == written


@pytest.mark.parametrize(
    ("offered", "line"),
    [
        (ALL, b"MAIL FROM:<a@b> SIZE=7 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=e+2B1\r\n"),
        (Extensions(), b"MAIL FROM:<a@b>\r\n"),
        (Extensions(has_size=True), b"MAIL FROM:<a@b> SIZE=7\r\n"),
        (Extensions(has_dsn=True), b"MAIL FROM:<a@b> RET=HDRS ENVID=e+2B1\r\n"),
    ],
)
def test_mail_carries_what_the_hop_takes(offered, line):
    sender = Sender("a@b", 7, "8BITMIME", is_smtputf8=True, dsn_return="HDRS", envelope_id="e+2B1")
    assert mail_command(sender, offered) == line


@pytest.mark.parametrize("sender", [Sender("a@b"), Sender("a@b", body="7BIT"), Sender("a@b", envelope_id="a b")])
def test_mail_carries_no_more_than_was_given(sender):
    assert mail_command(sender, ALL) == b"MAIL FROM:<a@b>\r\n"


def test_recipient_carries_dsn_where_offered():
    recipient = Recipient("a@b", "SUCCESS,DELAY", "rfc822;x+3Dy@z")
    assert recipient_command(recipient, ALL) == b"RCPT TO:<a@b> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;x+3Dy@z\r\n"
    assert recipient_command(recipient, Extensions()) == b"RCPT TO:<a@b>\r\n"
    assert dsn_parameters(Sender("", dsn_return="FULL"), recipient) == ("RET", "NOTIFY", "ORCPT")


def test_octets_that_were_no_utf8_go_out_as_they_came():
    address = b"a\xff@b".decode("utf-8", "surrogateescape")
    assert recipient_command(Recipient(address), ALL) == b"RCPT TO:<a\xff@b>\r\n"
    assert recipient_command(Recipient("a\ud800@b"), ALL) is None


def test_a_command_has_at_most_2048_octets():
    assert recipient_command(Recipient("a" * 2000 + "@b"), ALL) is not None
    assert recipient_command(Recipient("a" * 2048 + "@b"), ALL) is None


@pytest.mark.parametrize(
    ("value", "encoded"),
    [("plain-1.x", "plain-1.x"), ("a b+c=d", "a+20b+2Bc+3Dd"), ("\r\n\0", "+0D+0A+00"), ("ü\x7f", "+C3+BC+7F")],
)
def test_xtext(value, encoded):
    assert xtext(value) == encoded


@pytest.mark.parametrize(
    ("origin", "takes", "lines"),
    [
        (ORIGIN, "", []),
        (ORIGIN, "NAME ADDR PROTO HELO", [b"NAME=mail.example.org ADDR=192.0.2.7 PROTO=ESMTP HELO=helo.example.org"]),
        (ORIGIN, "PORT IDENT SOURCE FUTURE", [b"PORT=4711 IDENT=ID1 SOURCE=REMOTE"]),
        (
            Origin("unknown", "2001:db8::1", 0, "SMTP", "", "", is_local=True),
            "NAME ADDR PORT HELO SOURCE",
            [b"NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::1 PORT=[UNAVAILABLE] HELO=[UNAVAILABLE] SOURCE=LOCAL"],
        ),
        (
            Origin("n" * 250, "192.0.2.1", 1, "SMTP", "h" * 300, "i"),
            "NAME HELO IDENT",
            [b"NAME=" + b"n" * 250, b"HELO=" + b"h" * 255 + b" IDENT=i"],
        ),
    ],
)
def test_xforward_gives_what_the_hop_lists(origin, takes, lines):
    offered = Extensions(xforward=frozenset(takes.split()))
    assert xforward_commands(origin, offered) == [b"XFORWARD " + line + b"\r\n" for line in lines]


@pytest.mark.parametrize(
    ("lines", "extensions"),
    [
        ((b"hop", b"PIPELINING", b"size 1000", b"8bitmime"), (True, True, 1000)),
        ((b"hop", b"SIZE"), (False, False, 0)),
        ((b"hop", b"SIZE many", b"AUTH PLAIN"), (False, False, 0)),
        ((b"hop", b"SIZE " + b"9" * 4000), (False, False, 0)),
        ((b"PIPELINING", b""), (False, False, 0)),
    ],
)
def test_reading_ehlo(lines, extensions):
    offered = read_extensions(HopReply(250, lines))
    assert (offered.has_pipelining, offered.has_8bitmime, offered.size_limit_bytes) == extensions


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=10))
def test_any_ehlo_answer_can_be_read(lines):
    assert read_extensions(HopReply(250, tuple(lines))).size_limit_bytes >= 0
