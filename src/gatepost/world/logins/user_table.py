"""smtpd_sasl_type = gatepost: passwords checked against the hashes of the users file, in threads.

A name that nobody has takes as long as one that somebody has: it is checked against another user's hash, and the
answer thrown away. So does a user who is disabled.

Limits: THREADS checks at a time for each worker; MOST_WAITING wait, what is beyond them is told to try again.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from gatepost.model.login import LoggedIn, NoVerdict, Refused
from gatepost.wire.sasl.passwords import Credentials
from gatepost.world.logins.hashes import is_password, make_argon2
from gatepost.world.logins.password_logins import Checked
from gatepost.world.logins.saslauthd import REASON
from gatepost.world.logins.users_file import User, Users, find_user

THREADS = 2
"""A worker has a core, and the sessions beside want some of it."""

MOST_WAITING = 200
"""At 30 ms each the last of them waits three seconds."""


class UserTable:
    """The users, as a worker sees them (PasswordChecker). `realm`: what a name without one may have behind it."""

    def __init__(self, users: Users, realm: str = "") -> None:
        self._users = users
        self._realm = realm
        self._threads = ThreadPoolExecutor(THREADS, "logins")
        self._waiting = 0
        decoy = next(iter(users.values()), None)
        self._decoy_hash = decoy.password_hash if decoy else ""

    def check(self, credentials: Credentials, done: Checked) -> asyncio.Task[None]:
        """Check in a thread; a cancelled task calls nobody."""
        return asyncio.get_running_loop().create_task(self._check(credentials, done))

    async def _check(self, credentials: Credentials, done: Checked) -> None:
        if self._waiting >= MOST_WAITING:
            done(NoVerdict("too many logins at once", credentials.username))
            return
        user = find_user(self._users, credentials.username, self._realm)
        self._waiting += 1
        try:
            is_right = await asyncio.get_running_loop().run_in_executor(
                self._threads, self._is_right, user, credentials.password
            )
        finally:
            self._waiting -= 1
        done(LoggedIn(user.name) if user is not None and is_right else Refused(REASON, credentials.username))

    def _is_right(self, user: User | None, password: bytes) -> bool:
        if not self._decoy_hash:
            self._decoy_hash = make_argon2(b"")
        is_right = is_password(password, user.password_hash if user else self._decoy_hash)
        return is_right and user is not None and user.is_enabled

    def close(self) -> None:
        """Take no more; what is being checked is let go."""
        self._threads.shutdown(wait=False, cancel_futures=True)
