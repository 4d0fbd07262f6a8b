"""The state machine of the SMTP server: for every state and every verb, what is done or what is refused.

A cell holds a function (it is served) or a Reply (it is refused). A verb that is not here is unknown: 500. The order
of the verbs is that of the counts in the log line `disconnect from`. A new verb is a file beside this one and a
column here.

RFC: 5321 section 4.1.4 (the order of commands), 3030 (BDAT), 1985 (ETRN).
"""

from collections.abc import Callable, Mapping

from gatepost.model.reply import Reply
from gatepost.wire.smtp import states
from gatepost.wire.smtp.chat import Chat
from gatepost.wire.smtp.states import State
from gatepost.wire.smtp.verbs import bdat
from gatepost.wire.smtp.verbs.auth import auth
from gatepost.wire.smtp.verbs.data import data
from gatepost.wire.smtp.verbs.etrn import etrn
from gatepost.wire.smtp.verbs.hello import ehlo, helo
from gatepost.wire.smtp.verbs.mail import mail
from gatepost.wire.smtp.verbs.rcpt import rcpt
from gatepost.wire.smtp.verbs.session import denied, noop, quit_, rset
from gatepost.wire.smtp.verbs.starttls import starttls
from gatepost.wire.smtp.verbs.vrfy import vrfy
from gatepost.wire.smtp.verbs.xclient import xclient
from gatepost.wire.smtp.verbs.xforward import xforward

Handler = Callable[[Chat, str], None]
Cell = Handler | Reply

VERBS = (
    "HELO",
    "EHLO",
    "XCLIENT",
    "XFORWARD",
    "STARTTLS",
    "AUTH",
    "MAIL",
    "RCPT",
    "DATA",
    "BDAT",
    "RSET",
    "NOOP",
    "VRFY",
    "ETRN",
    "QUIT",
)

ENDS_GROUP = frozenset({"HELO", "EHLO", "DATA", "NOOP", "VRFY"})
"""Verbs after which a client must wait for the reply (RFC 2920 section 3.1)."""

_ALWAYS: Mapping[str, Cell] = {
    "HELO": helo,
    "EHLO": ehlo,
    "STARTTLS": starttls,
    "AUTH": auth,
    "RSET": rset,
    "NOOP": noop,
    "VRFY": vrfy,
    "QUIT": quit_,
}

TABLE: Mapping[State, Mapping[str, Cell]] = {
    State.DENIED: {
        **dict.fromkeys(VERBS, denied),
        "QUIT": quit_,
    },
    State.START: {
        **_ALWAYS,
        "XCLIENT": xclient,
        "XFORWARD": xforward,
        "MAIL": states.HELO_FIRST,
        "RCPT": states.NEED_MAIL,
        "DATA": states.NEED_RCPT,
        "BDAT": bdat.stray_chunk,
        "ETRN": states.ETRN_HELO_FIRST,
    },
    State.READY: {
        **_ALWAYS,
        "XCLIENT": xclient,
        "XFORWARD": xforward,
        "MAIL": mail,
        "RCPT": states.NEED_MAIL,
        "DATA": states.NEED_RCPT,
        "BDAT": bdat.stray_chunk,
        "ETRN": etrn,
    },
    State.MAIL: {
        **_ALWAYS,
        "XCLIENT": states.IN_PROGRESS,
        "XFORWARD": states.IN_PROGRESS,
        "MAIL": states.NESTED_MAIL,
        "RCPT": rcpt,
        "DATA": states.NO_VALID_RECIPIENTS,
        "BDAT": bdat.chunk_for_nobody,
        "ETRN": states.ETRN_IN_TRANSACTION,
    },
    State.RCPT: {
        **_ALWAYS,
        "XCLIENT": states.IN_PROGRESS,
        "XFORWARD": states.IN_PROGRESS,
        "MAIL": states.NESTED_MAIL,
        "RCPT": rcpt,
        "DATA": data,
        "BDAT": bdat.first_chunk,
        "ETRN": states.ETRN_IN_TRANSACTION,
    },
    State.BDAT: {
        **_ALWAYS,
        "XCLIENT": states.IN_PROGRESS,
        "XFORWARD": states.IN_PROGRESS,
        "MAIL": states.NESTED_MAIL,
        "RCPT": states.RCPT_AFTER_BDAT,
        "DATA": states.DATA_AFTER_BDAT,
        "BDAT": bdat.next_chunk,
        "ETRN": states.ETRN_IN_TRANSACTION,
    },
    State.BDAT_SKIPPED: {
        **_ALWAYS,
        "XCLIENT": states.IN_PROGRESS,
        "XFORWARD": states.IN_PROGRESS,
        "MAIL": states.NESTED_MAIL,
        "RCPT": states.RCPT_AFTER_BDAT,
        "DATA": states.DATA_AFTER_BDAT,
        "BDAT": bdat.late_chunk,
        "ETRN": states.ETRN_IN_TRANSACTION,
    },
    State.BDAT_STRAY: {
        **_ALWAYS,
        "XCLIENT": xclient,
        "XFORWARD": xforward,
        "MAIL": states.MAIL_AFTER_BDAT,
        "RCPT": states.NEED_MAIL,
        "DATA": states.DATA_AFTER_BDAT,
        "BDAT": bdat.late_chunk,
        "ETRN": etrn,
    },
    State.BDAT_EARLY: {
        **_ALWAYS,
        "XCLIENT": xclient,
        "XFORWARD": xforward,
        "MAIL": states.HELO_FIRST,
        "RCPT": states.NEED_MAIL,
        "DATA": states.DATA_AFTER_BDAT,
        "BDAT": bdat.late_chunk,
        "ETRN": states.ETRN_HELO_FIRST,
    },
}
