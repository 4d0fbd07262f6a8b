"""A mistake in Gatepost, wherever it raises in a session: the client hears 421, nothing goes on, other sessions do."""

from dataclasses import replace

import pytest

from gatepost.policy.asking import ask
from gatepost.policy.questions import AddressRecords
from gatepost.policy.registry import RESTRICTIONS
from gatepost.service.caller import Caller
from gatepost.service.reject_footers import RejectFooters
from gatepost.service.smtp_session import SmtpSession
from gatepost.testing.story_drivers import DRIVERS
from gatepost.testing.story_running import read_story
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.world.net.maildir import MaildirDestination
from gatepost.world.net.next_hop import NextHop

SECRET = "password=hunter2"
INTERNAL = "S: 421 4.3.0 gate.example.com Error: internal error\ncloses\n"
TOLD = "log: error: internal error, session ended with 421: RuntimeError at …\n"
TURNS = {
    "CONNECT": "",
    "HELO": "S: 220 gate.example.com ESMTP Postfix\nC: HELO client.example\n",
    "NOOP": "S: 250 gate.example.com\nC: NOOP\n",
    "MAIL": "S: 250 gate.example.com\nC: MAIL FROM:<ann@sender.example>\n",
    "RCPT": "S: 250 2.1.0 Ok\nC: RCPT TO:<bob@example.com>\n",
    "DATA": "S: 250 2.1.5 Ok\nC: DATA\n",
    "END": "S: 354 End data with <CR><LF>.<CR><LF>\nC: Subject: hello\nC:\nC: Hello.\nC: .\n",
}
ONE_MORE = """\
client 127.0.0.3
S: …
C: HELO other.example
S: 250 gate.example.com
C: QUIT
S: 221 2.0.0 Bye
closes
"""


def boom(*_args, **_kwargs):
    raise RuntimeError(SECRET)


def boom_after_an_answer(_session, _argument):
    yield from ask(AddressRecords("good.example"))
    raise RuntimeError(SECRET)


@pytest.fixture(params=["memory", "loopback"])
def breaks_off(request, tmp_path):
    """Tell the story of a session that goes as far as a verb and hears 421 there; then that of another client."""

    def tell(verb, configuration="", after=""):
        verbs = [each for each in TURNS if each != "NOOP" or verb == "NOOP"]
        session = "".join(TURNS[each] for each in verbs[: verbs.index(verb) + 1])
        path = tmp_path / "broken.story"
        text = f"A mistake\n\n{configuration}\nclient 127.0.0.2\n{session}{INTERNAL}{ONE_MORE}{TOLD}{after}"
        path.write_text(text)
        tmp_path.chmod(0o755)
        DRIVERS[request.param](read_story(path), tmp_path)

    return tell


def install(monkeypatch, name, function, *, asks):
    monkeypatch.setitem(RESTRICTIONS, name, replace(RESTRICTIONS[name], function=function, asks=asks))


@pytest.mark.parametrize(("function", "asks"), [(boom, False), (boom_after_an_answer, True)])
@pytest.mark.parametrize(
    ("verb", "parameter"),
    [
        ("RCPT", "smtpd_sender_restrictions"),
        ("DATA", "smtpd_data_restrictions"),
        ("END", "smtpd_end_of_data_restrictions"),
    ],
)
def test_a_restriction_that_raises(breaks_off, monkeypatch, verb, parameter, function, asks):
    install(monkeypatch, "reject", function, asks=asks)
    breaks_off(verb, f"hop:\n{parameter}:\n    reject\ndns:\n    good.example 300 A 192.0.2.1\n")


@pytest.mark.parametrize("hop", ["", "hop:\n"])
@pytest.mark.parametrize(
    ("verb", "method"), [("RCPT", "offer_recipient"), ("DATA", "begin_data"), ("END", "write"), ("END", "finish")]
)
def test_a_destination_that_raises(breaks_off, monkeypatch, verb, method, hop):
    destination = NextHop if hop else MaildirDestination
    original = getattr(destination, method)

    def write(self, octets):  # the header that Gatepost adds goes out; the first of the message does not
        return original(self, octets) if octets.startswith(b"Received") else boom()

    monkeypatch.setattr(destination, method, write if method == "write" else boom)
    monkeypatch.setattr(destination, "abandon", boom)
    breaks_off(verb, hop)


@pytest.mark.parametrize(
    ("verb", "method"),
    [("RCPT", "_recipient_answered"), ("DATA", "_data_answered"), ("END", "_message_answered")],
)
def test_the_answer_of_a_hop_that_nobody_can_take(breaks_off, monkeypatch, verb, method):
    monkeypatch.setattr(SmtpSession, method, boom)
    breaks_off(verb, "hop:\n", "delivered to bob@example.com\n" if verb == "END" else "")


def test_a_header_that_cannot_be_made(breaks_off, monkeypatch):
    monkeypatch.setattr(SmtpSession, "_header", boom)
    breaks_off("DATA", "hop:\n")


def test_a_verb_that_raises(breaks_off, monkeypatch):
    begin = SmtpDialogue._begin
    monkeypatch.setattr(SmtpDialogue, "_begin", lambda self, line: boom() if line == "NOOP" else begin(self, line))
    breaks_off("NOOP")


def test_a_footer_that_raises(breaks_off, monkeypatch):
    monkeypatch.setattr(RejectFooters, "__call__", boom)
    breaks_off("RCPT", "main.cf:\n    smtpd_reject_footer = x\nsmtpd_sender_restrictions:\n    reject\n")


def test_a_name_that_nobody_can_take(breaks_off, monkeypatch):
    named = Caller._named

    def refuse(self, names):
        return boom() if names.name == "broken.example" else named(self, names)

    monkeypatch.setattr(Caller, "_named", refuse)
    zone = "dns:\n    2.0.0.127.in-addr.arpa 300 PTR broken.example\n    broken.example 300 A 127.0.0.2\n"
    configuration = f"{zone}smtpd_client_restrictions:\n    sleep 5\nmain.cf:\n    smtpd_delay_reject = no\n"
    breaks_off("CONNECT", configuration)


def test_what_raised_is_not_shown(monkeypatch, tmp_path):
    install(monkeypatch, "reject", boom, asks=False)
    path = tmp_path / "broken.story"
    path.write_text(f"A mistake\n\nsmtpd_client_restrictions:\n    reject\n\nclient 127.0.0.2\n{TURNS['HELO']}"
                    f"{TURNS['MAIL']}{TURNS['RCPT']}{INTERNAL}log: …{SECRET}…\n")  # fmt: skip
    with pytest.raises(AssertionError, match="log"):
        DRIVERS["memory"](read_story(path), tmp_path)
