"""The table of states and verbs: every cell is told here once more, in replies, and each is tried in a session."""

import pytest

from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.wire.smtp.states import State
from gatepost.wire.smtp.verbs import ENDS_GROUP, TABLE, VERBS
from tests.wire.smtp.smtp_client import REFUSED, Asker

SETTINGS = SmtpSettings(myhostname="mx.example", smtpd_helo_required=True, smtpd_forbid_unauth_pipelining=False)
EHLO = "EHLO client.example\r\n"
MAIL = EHLO + "MAIL FROM:<a@b.example>\r\n"
RCPT = MAIL + "RCPT TO:<c@d.example>\r\n"

WAY_TO = {
    State.DENIED: "",
    State.START: "",
    State.READY: EHLO,
    State.MAIL: MAIL,
    State.RCPT: RCPT,
    State.BDAT: RCPT + "BDAT 3\r\nabc",
    State.BDAT_SKIPPED: MAIL + "BDAT 3\r\nabc",
    State.BDAT_STRAY: EHLO + "BDAT 3\r\nabc",
    State.BDAT_EARLY: "BDAT 3\r\nabc",
}
COMMANDS = {
    "HELO": "HELO x\r\n",
    "EHLO": "EHLO x\r\n",
    "XCLIENT": "XCLIENT ADDR=192.0.2.9\r\n",
    "XFORWARD": "XFORWARD ADDR=192.0.2.9\r\n",
    "STARTTLS": "STARTTLS\r\n",
    "AUTH": "AUTH PLAIN AAAA\r\n",
    "MAIL": "MAIL FROM:<a@b.example>\r\n",
    "RCPT": "RCPT TO:<e@f.example>\r\n",
    "DATA": "DATA\r\n",
    "BDAT": "BDAT 2 LAST\r\nxy",
    "RSET": "RSET\r\n",
    "NOOP": "NOOP\r\n",
    "VRFY": "VRFY a@b.example\r\n",
    "ETRN": "ETRN b.example\r\n",
    "QUIT": "QUIT\r\n",
}
SERVED = {
    "HELO": ("250 mx.example", State.READY),
    "EHLO": ("250-mx.example", State.READY),
    "RSET": ("250 2.0.0 Ok", State.READY),
}
DENIED = "503 5.7.0 Error: access denied for x[192.0.2.1]"
NESTED = "503 5.5.1 Error: nested MAIL command"
NEED_MAIL = "503 5.5.1 Error: need MAIL command"
NEED_RCPT = "503 5.5.1 Error: need RCPT command"
NOBODY = "554 5.5.1 Error: no valid recipients"
DATA_AFTER_BDAT = "503 5.5.1 Error: DATA after BDAT"
RCPT_AFTER_BDAT = "503 5.5.1 Error: RCPT after BDAT"
DISCARDED = "551 5.0.0 Discarded 2 bytes after earlier error"
ETRN_OPEN = "503 Error: MAIL transaction in progress"
XCLIENT_DENIED = "550 5.7.0 Error: insufficient authorization"
XCLIENT_OPEN = "503 5.5.1 Error: MAIL transaction in progress"
ETRN_OK = "250 Queuing started"
# What each state says to MAIL, RCPT, DATA, BDAT and ETRN, and the state that follows where it is another one.
CELLS: dict[State, dict[str, tuple[str, State | None]]] = {
    State.START: {
        "XCLIENT": (XCLIENT_DENIED, None),
        "XFORWARD": (XCLIENT_DENIED, None),
        "MAIL": ("503 5.5.1 Error: send HELO/EHLO first", None),
        "RCPT": (NEED_MAIL, None),
        "DATA": (NEED_RCPT, None),
        "BDAT": (NEED_RCPT, None),
        "ETRN": ("503 Error: send HELO/EHLO first", None),
    },
    State.READY: {
        "XCLIENT": (XCLIENT_DENIED, None),
        "XFORWARD": (XCLIENT_DENIED, None),
        "MAIL": ("250 2.1.0 Ok", State.MAIL),
        "RCPT": (NEED_MAIL, None),
        "DATA": (NEED_RCPT, None),
        "BDAT": (NEED_RCPT, None),
        "ETRN": (ETRN_OK, None),
    },
    State.MAIL: {
        "XCLIENT": (XCLIENT_OPEN, None),
        "XFORWARD": (XCLIENT_OPEN, None),
        "MAIL": (NESTED, None),
        "RCPT": ("250 2.1.5 Ok", State.RCPT),
        "DATA": (NOBODY, None),
        "BDAT": (NOBODY, State.READY),
        "ETRN": (ETRN_OPEN, None),
    },
    State.RCPT: {
        "XCLIENT": (XCLIENT_OPEN, None),
        "XFORWARD": (XCLIENT_OPEN, None),
        "MAIL": (NESTED, None),
        "RCPT": ("250 2.1.5 Ok", None),
        "DATA": ("354 End data with <CR><LF>.<CR><LF>", None),
        "BDAT": ("250 2.0.0 Ok", State.READY),
        "ETRN": (ETRN_OPEN, None),
    },
    State.BDAT: {
        "XCLIENT": (XCLIENT_OPEN, None),
        "XFORWARD": (XCLIENT_OPEN, None),
        "MAIL": (NESTED, None),
        "RCPT": (RCPT_AFTER_BDAT, None),
        "DATA": (DATA_AFTER_BDAT, None),
        "BDAT": ("250 2.0.0 Ok", State.READY),
        "ETRN": (ETRN_OPEN, None),
    },
    State.BDAT_SKIPPED: {
        "XCLIENT": (XCLIENT_OPEN, None),
        "XFORWARD": (XCLIENT_OPEN, None),
        "MAIL": (NESTED, None),
        "RCPT": (RCPT_AFTER_BDAT, None),
        "DATA": (DATA_AFTER_BDAT, None),
        "BDAT": (DISCARDED, State.READY),
        "ETRN": (ETRN_OPEN, None),
    },
    State.BDAT_STRAY: {
        "XCLIENT": (XCLIENT_DENIED, None),
        "XFORWARD": (XCLIENT_DENIED, None),
        "MAIL": ("503 5.5.1 Error: MAIL after BDAT", None),
        "RCPT": (NEED_MAIL, None),
        "DATA": (DATA_AFTER_BDAT, None),
        "BDAT": (DISCARDED, State.READY),
        "ETRN": (ETRN_OK, None),
    },
    State.BDAT_EARLY: {
        "XCLIENT": (XCLIENT_DENIED, None),
        "XFORWARD": (XCLIENT_DENIED, None),
        "MAIL": ("503 5.5.1 Error: send HELO/EHLO first", None),
        "RCPT": (NEED_MAIL, None),
        "DATA": (DATA_AFTER_BDAT, None),
        "BDAT": (DISCARDED, State.START),
        "ETRN": ("503 Error: send HELO/EHLO first", None),
    },
}


def expected(state: State, verb: str) -> tuple[str, State]:
    """The first line of the reply, and the state that follows."""
    if verb == "QUIT":
        return "221 2.0.0 Bye", state
    if state is State.DENIED:
        return DENIED, state
    if verb == "STARTTLS":
        return "502 5.5.1 Error: command not implemented", state
    if verb == "AUTH":
        is_early = state in (State.START, State.BDAT_EARLY)
        wrong = "send HELO/EHLO first" if is_early else "authentication not enabled"
        return f"503 5.5.1 Error: {wrong}", state
    if verb == "NOOP":
        return "250 2.0.0 Ok", state
    if verb == "VRFY":
        return "252 2.0.0 a@b.example", state
    reply, follows = SERVED[verb] if verb in SERVED else CELLS[state][verb]
    if verb == "RSET" and state in (State.START, State.BDAT_EARLY):
        follows = State.START
    return reply, follows or state


def brought_to(state: State) -> Asker:
    """A session in this state."""
    asker = Asker(SETTINGS, lambda _: REFUSED if state is State.DENIED else None)
    asker.dialogue.client = "x[192.0.2.1]"
    asker.verdict = lambda _: None
    asker.send(WAY_TO[state])
    assert asker.dialogue.state is state
    return asker


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", State)
def test_cell(state: State, verb: str) -> None:
    asker = brought_to(state)
    reply, follows = expected(state, verb)
    assert asker.send(COMMANDS[verb]).partition("\r\n")[0] == reply
    assert asker.dialogue.state is follows
    assert asker.has_ended is (verb == "QUIT")


@pytest.mark.parametrize("state", State)
def test_unknown_command(state: State) -> None:
    reply = DENIED if state is State.DENIED else "500 5.5.2 Error: command not recognized"
    assert brought_to(state).send("HELP\r\n") == f"{reply}\r\n"


def test_table_is_whole() -> None:
    assert set(TABLE) == set(State)
    assert all(set(row) == set(VERBS) for row in TABLE.values())
    assert set(VERBS) >= ENDS_GROUP
