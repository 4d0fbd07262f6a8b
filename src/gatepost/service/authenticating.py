"""The logins of one session: each step carried to whoever knows the users, and told to the log in Postfix's words.

    warning: name[address]: SASL LOGIN authentication failed: authentication failure, sasl_username=ann

A client that has failed waits before its next login is looked at (world/logins/failed_logins.py). No password, and no
response that could hold one, is ever in a log line.

Unavailable: 454 4.7.0 where the users cannot be asked.
Postfix: smtpd_sasl_exceptions_networks; SASL_README.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from gatepost.model.envelope import Origin
from gatepost.model.login import Challenge, LoggedIn, NoVerdict, Refused, Step
from gatepost.model.reply import Reply
from gatepost.model.session import SaslFacts
from gatepost.service.caller import Caller
from gatepost.service.login_desk import LoginDesk
from gatepost.service.session_log import SessionLog
from gatepost.wire.sasl.mechanism import decode_base64, encode_base64
from gatepost.wire.smtp import events
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.world.logins.login_server import Attempt, Login
from gatepost.world.net.connection import Connection

MOST_SHOWN = 100
"""Characters of a mechanism and of a name in the log, as Postfix has it."""

UNKNOWN_MECHANISM = Refused("Invalid authentication mechanism")
BAD_INITIAL = Refused("Invalid base64 data in initial response")
BAD_RESPONSE = Refused("Invalid base64 data in continued response")


def signed(origin: Origin, login: SaslFacts | None, desk: LoginDesk | None) -> Origin:
    """With what the Received header tells of the login, if there was one."""
    if login is None:
        return origin
    is_told = desk is not None and desk.settings.smtpd_sasl_authenticated_header
    return replace(origin, is_authenticated=True, login=login.username if is_told else "")


class Authenticating:
    """One session's. `answer` gives the dialogue its reply (SmtpSession._answer)."""

    __slots__ = (
        "_answer",
        "_caller",
        "_connection",
        "_desk",
        "_dialogue",
        "_is_excepted",
        "_log",
        "_login",
        "_mechanism",
        "_waiting",
    )

    def __init__(
        self,
        connection: Connection,
        desk: LoginDesk | None,
        caller: Caller,
        dialogue: SmtpDialogue,
        log: SessionLog,
        answer: Callable[[Reply], None],
    ) -> None:
        self._connection = connection
        self._desk = desk
        self._caller = caller
        self._dialogue = dialogue
        self._log = log
        self._answer = answer
        self._is_excepted = False
        self._mechanism = ""
        self._login: Login | None = None
        self._waiting: asyncio.TimerHandle | None = None
        if desk is not None:
            dialogue.mechanisms = self._shown

    def _shown(self) -> str:
        if self._desk is None or self._is_excepted:
            return ""
        return self._desk.shown(is_secured=self._dialogue.tls is not None)

    def prepare(self, where: str, then: Callable[[], None]) -> None:
        """Before EHLO is answered: find out what there is to offer, and whether this client is to see it."""
        if self._desk is None or where != "EHLO":
            then()
            return
        exceptions = self._desk.settings.smtpd_sasl_exceptions_networks
        server = self._desk.server

        def told(matched: object) -> None:
            self._is_excepted = matched is not False  # as in Postfix: where the list cannot be asked, too
            ready()

        def go_on() -> None:
            then()
            self._connection.pump()

        def ready() -> None:
            server.when_ready(self._connection.guard(go_on))

        if exceptions.patterns:
            self._caller.match(exceptions, where, told)
        else:
            ready()

    # -- events

    def asked(self, event: events.AuthAsked) -> None:
        """AUTH: a login begins."""
        desk = self._desk
        self._mechanism = event.mechanism
        is_secured = self._dialogue.tls is not None
        if desk is None or not desk.serves(event.mechanism, is_secured=is_secured):
            self._stepped(UNKNOWN_MECHANISM)
            return
        response = b"" if event.response == "=" else None
        if event.response not in (None, "="):
            response = decode_base64(event.response or "")
            if response is None:
                self._stepped(BAD_INITIAL)
                return
        client, peer = self._caller.client, self._caller.peer
        attempt = Attempt(
            event.mechanism.upper(),
            response,
            client.address.text,
            client.port,
            peer.server_address,
            peer.server_port,
            is_secured,
        )
        wait_s = desk.wait_s(client.address)
        if wait_s:
            begin = self._connection.guard(lambda: self._begin(desk, attempt))
            self._waiting = asyncio.get_running_loop().call_later(wait_s, begin)
        else:
            self._begin(desk, attempt)

    def _begin(self, desk: LoginDesk, attempt: Attempt) -> None:
        self._waiting = None
        self._login = desk.server.begin(attempt, self._connection.guard(self._stepped))

    def answered(self, event: events.AuthAnswered) -> None:
        """The client's response to a challenge."""
        assert self._login is not None  # only a login under way has asked for a response
        response = decode_base64(event.response)
        if response is None:
            self.close()
            self._stepped(BAD_RESPONSE)
        else:
            self._login.answer(response, self._connection.guard(self._stepped))

    def aborted(self, event: events.AuthAborted) -> None:
        """The client has given up, or said too much."""
        self.close()
        if event.is_by_client:
            self._log.say(f"%s: SASL {self._mechanism[:MOST_SHOWN]} authentication aborted", is_warning=True)

    def close(self) -> None:
        """No login is under way any more."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        if self._login is not None:
            self._login.cancel()
            self._login = None

    # -- steps

    def _stepped(self, step: Step) -> None:
        match step:
            case Challenge(octets):
                self._dialogue.decide(Reply(334, "", encode_base64(octets)))
            case LoggedIn(username):
                self._login = None
                self._caller.logged_in(SaslFacts(self._mechanism, username))
                self._dialogue.decide(None)
            case Refused(reason, username):
                if self._desk is not None:
                    self._desk.has_failed(self._caller.client.address)
                self._failed(535, "5.7.8", "Error: authentication failed", reason, username)
            case NoVerdict(reason, username):
                self._failed(454, "4.7.0", "Temporary authentication failure", reason, username)
        self._connection.pump()

    def _failed(self, code: int, enhanced: str, text: str, reason: str, username: str) -> None:
        self._login = None
        reason = reason or "(reason unavailable)"
        method, name = self._mechanism[:MOST_SHOWN], username[:MOST_SHOWN] or "(unavailable)"
        line = f"%s: SASL {method} authentication failed: {reason}, sasl_username={name}"
        self._log.say(line, is_warning=True)
        self._answer(Reply(code, enhanced, f"{text}: {reason}"))
