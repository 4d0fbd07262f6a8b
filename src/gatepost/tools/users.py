"""The users file changed by hand: one change at a time, under a lock, the whole file anew each time.

Raises: UserDeskError for what cannot be done; OSError.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gatepost.wire.sasl.passwords import MOST_PASSWORD_OCTETS
from gatepost.world.logins.hashes import SCHEMES, is_password
from gatepost.world.logins.users_file import (
    User,
    UsersFileError,
    check_name,
    find_user,
    fold,
    read_users,
    write_users,
)


class UserDeskError(Exception):
    """Why it cannot be done."""


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user as told: without the hash."""

    name: str
    is_enabled: bool
    scheme: str


class UserDesk:
    """One users file; `realm` is smtpd_sasl_local_domain."""

    def __init__(self, path: Path, realm: str = "") -> None:
        self._path = path
        self._realm = realm

    def all(self) -> list[KnownUser]:
        """Everybody, in the order of the file."""
        return [KnownUser(each.name, each.is_enabled, _scheme(each)) for each in self._read().values()]

    def add(self, name: str, password: bytes, scheme: str) -> None:
        """Add a user."""
        try:
            check_name(name)
        except ValueError as error:
            raise UserDeskError(str(error)) from error
        with self._changing() as users:
            if fold(name) in users:
                raise UserDeskError(f"{name} is there already: gatepost users passwd {name}")
            users[fold(name)] = User(name, _hash(password, scheme))

    def change(self, name: str, password: bytes, scheme: str) -> None:
        """Give a user another password."""
        with self._changing() as users:
            users[fold(name)] = replace(_of(users, name), password_hash=_hash(password, scheme))

    def enable(self, name: str, *, is_enabled: bool) -> None:
        """Let a user log in, or not."""
        with self._changing() as users:
            users[fold(name)] = replace(_of(users, name), is_enabled=is_enabled)

    def remove(self, name: str) -> None:
        """Forget a user."""
        with self._changing() as users:
            _of(users, name)
            del users[fold(name)]

    def check(self, name: str, password: bytes) -> bool:
        """This is the password of a user who may log in."""
        user = find_user(self._read(), name, self._realm)
        return user is not None and user.is_enabled and is_password(password, user.password_hash)

    def _read(self) -> dict[str, User]:
        try:
            return read_users(self._path)
        except FileNotFoundError:
            return {}
        except UsersFileError as error:
            raise UserDeskError(f"{self._path}: {error}") from error

    @contextmanager
    def _changing(self) -> Iterator[dict[str, User]]:
        """Read, let change, write; another change waits meanwhile."""
        descriptor = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            users = self._read()
            yield users
            write_users(self._path, users)
        finally:
            os.close(descriptor)


def _of(users: dict[str, User], name: str) -> User:
    user = users.get(fold(name))
    if user is None:
        raise UserDeskError(f"there is no user {name}")
    return user


def _hash(password: bytes, scheme: str) -> str:
    if len(password) > MOST_PASSWORD_OCTETS or b"\0" in password:
        raise UserDeskError(f"a password has at most {MOST_PASSWORD_OCTETS} octets, and no NUL")
    return SCHEMES[scheme](password)


def _scheme(user: User) -> str:
    return "argon2" if user.password_hash.startswith("$argon2") else "scrypt"
