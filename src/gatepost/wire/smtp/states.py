"""The states of an SMTP session between two commands, and the refusals that belong to a state.

The table of states and verbs is in verbs/__init__.py; RFC 5321 section 4.1.4 is what it carries out.
"""

from enum import Enum

from gatepost.model.reply import Reply


class State(Enum):
    """Where the session stands when a command arrives."""

    DENIED = "refused at connect: only QUIT is served"
    START = "no HELO or EHLO yet, and smtpd_helo_required asks for one"
    READY = "no transaction is open"
    MAIL = "MAIL was accepted, no recipient yet"
    RCPT = "at least one recipient was accepted"
    BDAT = "at least one chunk of the message was accepted (RFC 3030)"
    BDAT_SKIPPED = "a chunk was refused within a transaction: chunks are thrown away until LAST or RSET"
    BDAT_STRAY = "a chunk was refused outside any transaction: chunks are thrown away until LAST or RSET"
    BDAT_EARLY = "the same before a HELO or EHLO that smtpd_helo_required asks for"

    __hash__ = object.__hash__
    """A state is itself alone; Enum's own hash, of the name, costs each look-up in the table a call."""


IN_TRANSACTION = frozenset({State.MAIL, State.RCPT, State.BDAT, State.BDAT_SKIPPED})
"""The states in which a sender is known."""

HELO_FIRST = Reply(503, "5.5.1", "Error: send HELO/EHLO first")
NESTED_MAIL = Reply(503, "5.5.1", "Error: nested MAIL command")
MAIL_AFTER_BDAT = Reply(503, "5.5.1", "Error: MAIL after BDAT")
NEED_MAIL = Reply(503, "5.5.1", "Error: need MAIL command")
RCPT_AFTER_BDAT = Reply(503, "5.5.1", "Error: RCPT after BDAT")
NEED_RCPT = Reply(503, "5.5.1", "Error: need RCPT command")
NO_VALID_RECIPIENTS = Reply(554, "5.5.1", "Error: no valid recipients")
DATA_AFTER_BDAT = Reply(503, "5.5.1", "Error: DATA after BDAT")
IN_PROGRESS = Reply(503, "5.5.1", "Error: MAIL transaction in progress")
NOT_AUTHORISED = Reply(550, "5.7.0", "Error: insufficient authorization")
ETRN_HELO_FIRST = Reply(503, "", "Error: send HELO/EHLO first")
ETRN_IN_TRANSACTION = Reply(503, "", "Error: MAIL transaction in progress")

UNKNOWN_COMMAND = Reply(500, "5.5.2", "Error: command not recognized")
BAD_SYNTAX = Reply(500, "5.5.2", "Error: bad syntax")
BAD_UTF8 = Reply(500, "5.5.2", "Error: bad UTF-8 syntax")
NO_SMTP_COMMAND = Reply(221, "2.7.0", "Error: I can break rules, too. Goodbye.")
NOT_SYNCHRONISED = Reply(554, "5.5.0", "Error: SMTP protocol synchronization")
