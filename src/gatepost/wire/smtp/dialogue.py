"""The server's side of SMTP as a pure machine: octets in, events out, verdicts in, replies out.

    dialogue = SmtpDialogue(settings)
    dialogue.receive(octets)                    what the client sent, in any pieces
    while isinstance(event := dialogue.next_event(), Event): ...
    dialogue.decide(None | reply)               after an event marked (verdict) in events.py
    sleep(dialogue.pause_s); send(dialogue.outgoing())

The first event is Connected, before anything was received: its verdict brings the greeting. The last is SessionEnded:
send what is outgoing and close. While a verdict is awaited, input waits in the buffer; when `wants_input` is False
the connection should stop reading. Nothing that a client sends raises; decide() without a question does.

Limits: a line line_length_limit octets (more are thrown away, see wire/lines.py), input waiting 64 kB beyond which
wants_input is False, errors smtpd_hard_error_limit; message text is never kept (wire/smtp/message.py).
RFC: 5321 sections 3, 4.1, 4.2; 2920 (pipelining).
Postfix: smtpd(8).
"""

from gatepost.model.reply import Reply
from gatepost.wire.smtp.chat import ESCAPED_SHOWN, ESCAPES, Chat
from gatepost.wire.smtp.command import split_words
from gatepost.wire.smtp.events import AWAITING_VERDICT, NEED_DATA, Connected, Event, Pause, SpokeEarly
from gatepost.wire.smtp.greeting import PROTOCOL_ERROR, SHOWN
from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.wire.smtp.states import (
    BAD_SYNTAX,
    BAD_UTF8,
    NO_SMTP_COMMAND,
    UNKNOWN_COMMAND,
    State,
)
from gatepost.wire.smtp.verbs import ENDS_GROUP, TABLE, VERBS
from gatepost.wire.smtp.verbs.bdat import receive_chunk
from gatepost.wire.smtp.verbs.data import bare_newline_refusal, receive_data
from gatepost.wire.smtp.verbs.session import OK, denied, greet_or_deny
from gatepost.wire.smtp.verbs.starttls import BEFORE_TLS, MUST_STARTTLS

INPUT_LIMIT = 65536
"""Octets that may wait unread before wants_input says no: as much as one read of the connection brings."""

UNKNOWN = "UNKNOWN"
"""Postfix's name for a command that it does not know (in `lost connection after UNKNOWN`)."""


_PLACE = {verb: place for place, verb in enumerate((*VERBS, UNKNOWN))}


class SmtpDialogue(Chat):
    """One SMTP session. What the asker may read besides is described in chat.py."""

    __slots__ = ("_has_eof", "_parting")

    def __init__(self, settings: SmtpSettings) -> None:
        super().__init__(settings)
        self._has_eof = False
        self._parting: Reply | None = None
        self.ask(Connected(), greet_or_deny)
        if settings.smtpd_tls_wrappermode:
            self.await_handshake(is_first=True)

    def receive(self, octets: bytes) -> None:
        """Take what the client sent."""
        if octets and not self.has_ended:
            self.input.append(octets)
            if self.is_in_data or self.is_in_chunk:
                self.octets_earning += len(octets)

    def receive_eof(self) -> None:
        """Take note that the client will send no more; what it sent is still answered."""
        self._has_eof = True

    def next_event(self) -> Event | Pause:
        """Give the next event, or why there is none now: input is needed, or a verdict."""
        while True:
            if self._passing:
                return self._passing.pop(0)
            if self.is_in_handshake:
                return NEED_DATA
            if self._event is not None:
                event, self._event = self._event, None
                return event
            if self._settle is not None:
                return AWAITING_VERDICT
            if self.has_ended or not self._step():
                return NEED_DATA

    def decide(self, reply: Reply | None) -> None:
        """Answer the event that awaits a verdict: None or a positive reply accepts, a negative one refuses."""
        settle, self._settle = self._settle, None
        assert settle is not None, "decide() without an event that awaits a verdict"
        settle(self, reply)

    def hang_up(self) -> None:
        """Close without a reply to the command that awaits its verdict (access(5) HANGUP)."""
        self._settle = self._event = None
        self.end("")

    def time_out(self) -> None:
        """The stated deadline passed: say so and end; in a handshake no word would be understood."""
        if self.has_ended:
            return
        if self.is_in_handshake:
            self.remark("info", "SSL_accept error from %s: Connection timed out")
            self.not_secured()
            return
        if self.is_to_be_greeted:
            self.is_to_be_greeted = False
            self.say(self.door.greeting)
            return
        self._dismiss(Reply(421, "4.4.2", f"{self.settings.myhostname} Error: timeout exceeded"), "timeout")

    def fail(self) -> None:
        """End because something of ours broke; what was still to be told is not told."""
        if not self.has_ended:
            self._passing.clear()
            self.add_footer = None
            self._dismiss(Reply(421, "4.3.0", f"{self.settings.myhostname} Error: internal error"), "")

    def shut_down(self) -> None:
        """End at the next boundary between commands; a message or a verdict under way is finished first.

        An idle session is at such a boundary: ask for next_event() once more.
        """
        self.turn_away(Reply(421, "4.3.2", f"{self.settings.myhostname} Error: service shutting down"))

    def turn_away(self, reply: Reply) -> None:
        """End with this reply, at the same boundary."""
        self._parting = reply

    def outgoing(self) -> bytes:
        """Take the octets to send now."""
        octets = b"".join(self._outgoing)
        self._outgoing.clear()
        self._pause = 0.0
        return octets

    @property
    def pause_s(self) -> float:
        """Seconds to sleep before sending what is outgoing: smtpd_error_sleep_time for each reply that owes it."""
        return self._pause

    @property
    def deadline_s(self) -> float | None:
        """Seconds to wait for input from now, or None while a verdict is awaited or nothing is."""
        if self.is_in_handshake:
            return self.settings.smtpd_starttls_timeout
        if self.is_to_be_greeted and self.greeting_wait is not None:
            return self.greeting_wait.seconds
        return None if self._settle is not None or self.has_ended else self.settings.smtpd_timeout

    @property
    def earned_s(self) -> float | None:
        """Seconds that message text has added to the deadline of a request; None where a new deadline begins."""
        octets, self.octets_earning = self.octets_earning, 0
        is_new, self.is_new_request = self.is_new_request, False
        if self.is_to_be_greeted and not is_new:
            return 0.0
        if is_new or not self.settings.smtpd_per_request_deadline:
            return None
        return octets / self.settings.smtpd_min_data_rate

    @property
    def wants_input(self) -> bool:
        """Reading may go on: not when the session is over or so much waits that more would be hoarding."""
        return not self.has_ended and len(self.input) < INPUT_LIMIT

    @property
    def counts(self) -> str:
        """The counts of the log line `disconnect from`: `ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4`."""
        parts = []
        all_ok = all_total = 0
        for verb in sorted(self._total_counts, key=_PLACE.__getitem__):
            total = self._total_counts[verb]
            ok = self._ok_counts.get(verb, 0)
            parts.append(f"{verb.lower()}={ok}" if ok == total else f"{verb.lower()}={ok}/{total}")
            all_ok += ok
            all_total += total
        parts.append(f"commands={all_ok}" if all_ok == all_total and all_total else f"commands={all_ok}/{all_total}")
        return " ".join(parts)

    def _step(self) -> bool:
        """Do the next thing that the input allows; False when it allows nothing."""
        if self.is_to_be_greeted and len(self.input):
            self._hear_early()
            return True
        if self.is_in_data:
            has_moved = receive_data(self)
        elif self.is_in_chunk:
            has_moved = receive_chunk(self)
        else:
            return self._next_command()
        if not has_moved and self._has_eof:
            self.end("lost connection")
            return True
        return has_moved

    def _hear_early(self) -> None:
        """The client spoke before its greeting."""
        self.is_to_be_greeted = False
        shown = self.input.peek(SHOWN).decode("latin-1").translate(ESCAPES)
        self.tell(SpokeEarly(len(self.input), shown))
        if self.greeting_wait is None or self.greeting_wait.refuses:
            self._dismiss(PROTOCOL_ERROR, "")
        else:
            self.say(self.door.greeting)

    def _next_command(self) -> bool:
        """Read one command and begin it; False when none is there."""
        if self.is_hanging_up:
            self.end("")
            return True
        if self._parting is not None:
            self._dismiss(self._parting, "")
            return True
        if self.error_count >= self.settings.smtpd_hard_error_limit:
            self._dismiss(
                Reply(421, "4.7.0", f"{self.settings.myhostname} Error: too many errors"), "too many errors"
            )
            return True
        raw = self.input.next_line()
        if raw is None:
            return self._lack_line()
        if self.input.ended_bare and self.settings.smtpd_forbid_bare_newline == "reject":
            self.error_count += 1
            refusal = bare_newline_refusal(self)
            self.remark(
                "info", f"NOQUEUE: reject: {self.last_command} from %s: {refusal}; proto={self.protocol_name}"
            )
            self.answer(refusal)
            self.end("")
            return True
        if self.on_line is not None:
            self.on_line(self, raw)
            return True
        line = self._decode(raw)
        if line is not None:
            self._begin(line)
        return True

    def _lack_line(self) -> bool:
        """No whole line is there: a line without end, or a client that is gone, ends the session."""
        if self.input.has_overrun:
            self._dismiss(Reply(421, "4.7.0", f"{self.settings.myhostname} Error: line too long"), "")
            return True
        if self._has_eof:
            self.end("lost connection")
            return True
        return False

    def _decode(self, raw: bytes) -> str | None:
        """The line as text, cut at a NUL; None when it was refused (bad UTF-8 where SMTPUTF8 is served)."""
        if self.settings.smtputf8_enable:
            try:
                line = raw.decode()
            except UnicodeDecodeError:
                self.answer(BAD_UTF8)
                self.error_count += 1
                return None
        else:
            line = raw.decode("ascii", "surrogateescape")
        return line.partition("\0")[0] if "\0" in line else line

    def _begin(self, line: str) -> None:
        """Find the verb of a line and do what the table says."""
        word = line.partition(" ")[0]
        row = TABLE[self.state]
        cell = row.get(word)
        if cell is None:
            words = split_words(line)[0]
            if not words:
                self.answer(BAD_SYNTAX)
                self.error_count += 1
                return
            word = words[0].upper()
            cell = row.get(word)
        noop_commands = self.door.noop_commands
        if noop_commands and word.lower() in noop_commands:
            self.say(OK)
            self.count_junk()
            return
        if cell is None:
            self._refuse_unknown(line, words[0])
            return
        self.begin_command(word)
        if len(self.input) and (word in ENDS_GROUP or self.protocol_name != "ESMTP") and self.finds_fault(word):
            return
        if self.must_have_tls and word not in BEFORE_TLS and self.state is not State.DENIED:
            self.refuse(MUST_STARTTLS)
        elif isinstance(cell, Reply):
            self.refuse(cell)
        else:
            cell(self, line)

    def _refuse_unknown(self, line: str, word: str) -> None:
        """Refuse a command that is none; one that shows another protocol ends the session."""
        self.begin_command(UNKNOWN)
        if _is_header(word) or self.door.forbids(word):
            self.remark("warning", f"non-SMTP command from %s: {line[:ESCAPED_SHOWN]}")
            self.answer(NO_SMTP_COMMAND)
            self.end("")
        elif self.state is State.DENIED:
            denied(self, line)
        else:
            self.refuse(UNKNOWN_COMMAND)

    def _dismiss(self, reply: Reply, reason: str) -> None:
        """End the session with a reply that no command asked for."""
        if not self.has_ended:
            self._settle = self._event = None
            self.answer(reply)
            self.end(reason)


def _is_header(word: str) -> bool:
    """The word begins like a message header: a name and a colon."""
    name, colon, _ = word.partition(":")
    return bool(colon and name) and name.isascii() and name.isprintable()
