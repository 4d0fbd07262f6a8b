"""smtpd_sasl_type = cyrus: passwords checked by saslauthd(8), over its socket.

Every check is a connection of its own, as the protocol has it. At most MOST_AT_ONCE are open for each worker; what is
beyond them is told to try again. The realm is smtpd_sasl_local_domain, unless the name has one.

Unavailable: no connection, no answer within ANSWER_S, an answer that is none: 454, one line in the log.
"""

import asyncio
from contextlib import suppress

from gatepost.model.login import LoggedIn, NoVerdict, Refused
from gatepost.wire.sasl.passwords import Credentials
from gatepost.wire.sasl.saslauthd import MOST_ANSWER_OCTETS, encode_question, read_answer
from gatepost.world.logins.login_server import ANSWER_S, CONNECT_S
from gatepost.world.logins.outage import LoginOutage
from gatepost.world.logins.password_logins import Checked
from gatepost.world.watching.log import Logging

MOST_AT_ONCE = 100
"""As many smtpd(8) as Postfix has by default (default_process_limit), each with one login under way."""

REASON = "authentication failure"
"""The word of libsasl for a wrong password, which rules for log watchers look for."""


class Saslauthd:
    """One saslauthd, as a worker sees it (PasswordChecker)."""

    def __init__(self, path: str, service: str, realm: str, outage: LoginOutage, log: Logging) -> None:
        self._path = path
        self._service = service
        self._realm = realm
        self._outage = outage
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()

    def check(self, credentials: Credentials, done: Checked) -> asyncio.Task[None]:
        """Ask; a cancelled task calls nobody."""
        task = asyncio.get_running_loop().create_task(self._check(credentials, done))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _check(self, credentials: Credentials, done: Checked) -> None:
        username = credentials.username
        if len(self._tasks) > MOST_AT_ONCE:
            done(NoVerdict("too many logins at once", username))
            return
        try:
            question = encode_question(username, credentials.password, self._service, self._realm)
            is_right = await asyncio.wait_for(self._ask(question), CONNECT_S + ANSWER_S)
        except TimeoutError:
            self._outage.begins(f"no answer within {CONNECT_S + ANSWER_S:.0f} s", self._log)
            done(NoVerdict(username=username))
        except (OSError, ValueError) as error:
            self._outage.begins(getattr(error, "strerror", None) or str(error), self._log)
            done(NoVerdict(username=username))
        else:
            self._outage.ends(self._log)
            done(LoggedIn(self._named(username)) if is_right else Refused(REASON, username))

    def _named(self, username: str) -> str:
        """The login name as libsasl tells it: with the realm, where one is set and the name has none."""
        return f"{username}@{self._realm}" if self._realm and "@" not in username else username

    async def _ask(self, question: bytes) -> bool:
        reader, writer = await asyncio.open_unix_connection(self._path, limit=MOST_ANSWER_OCTETS)
        try:
            writer.write(question)
            answer = b""
            while (verdict := read_answer(answer)) is None:
                octets = await reader.read(MOST_ANSWER_OCTETS)
                if not octets:
                    raise ValueError("it hung up without an answer")
                answer += octets
            return verdict
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def close(self) -> None:
        """Ask no more."""
        for task in tuple(self._tasks):
            task.cancel()
