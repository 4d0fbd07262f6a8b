"""The file of smtpd_sasl_type = gatepost: users and the hashes of their passwords, one line each.

    # a comment
    ann@example.com:$argon2id$v=19$m=19456,t=2,p=1$…
    bob:!$scrypt$ln=15,r=8,p=1$…              `!`: disabled, but not forgotten

`gatepost users` writes it; it is read whole when the configuration is loaded, and a change is a reload. Names are
compared without case.

Raises: OSError; UsersFileError with every line that cannot be used. Limits: 16 MiB.
"""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gatepost.world.logins.hashes import BadHashError, check_form

MOST_OCTETS = 16 * 1024 * 1024
"""More than a hundred thousand users: they belong in a database, behind Dovecot."""

MODE = 0o640


class UsersFileError(Exception):
    """Lines that cannot be used: `faults` are pairs of line number (0: the file) and what is wrong."""

    def __init__(self, faults: Iterable[tuple[int, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"line {line}: {why}" for line, why in self.faults))


@dataclass(frozen=True, slots=True)
class User:
    """One line."""

    name: str
    password_hash: str = field(repr=False)
    is_enabled: bool = True

    def __str__(self) -> str:
        return f"{self.name}:{'' if self.is_enabled else '!'}{self.password_hash}"


Users = Mapping[str, User]
"""By their folded names."""


def fold(name: str) -> str:
    """The name as it is compared."""
    return name.casefold()


def check_name(name: str) -> None:
    """Raises ValueError for a name that no line can hold."""
    if not name or name.startswith("#") or ":" in name or not name.isprintable() or " " in name:
        raise ValueError("a name has no colon, no blank and no control character, and does not begin with #")
    if len(name.encode()) > 255:
        raise ValueError("a name has at most 255 octets")


def read_users(path: Path) -> dict[str, User]:
    """Read the file."""
    with path.open("rb") as file:
        octets = file.read(MOST_OCTETS + 1)
    if len(octets) > MOST_OCTETS:
        raise UsersFileError([(0, f"the file has more than {MOST_OCTETS} octets")])
    users: dict[str, User] = {}
    faults: list[tuple[int, str]] = []
    for number, line in enumerate(octets.decode("utf-8", "replace").split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            user = _read(line.strip())
        except (ValueError, BadHashError) as error:
            faults.append((number, str(error)))
            continue
        if fold(user.name) in users:
            faults.append((number, f"{user.name} stands here a second time"))
        users[fold(user.name)] = user
    if faults:
        raise UsersFileError(faults)
    return users


def _read(line: str) -> User:
    name, colon, text = line.partition(":")
    if not colon:
        raise ValueError("no colon between name and hash")
    check_name(name)
    is_enabled = not text.startswith("!")
    password_hash = text if is_enabled else text[1:]
    check_form(password_hash)
    return User(name, password_hash, is_enabled)


def find_user(users: Users, name: str, realm: str) -> User | None:
    """The user of this name, or of this name in the realm where it has none itself."""
    user = users.get(fold(name))
    return users.get(fold(f"{name}@{realm}")) if user is None and realm and "@" not in name else user


def write_users(path: Path, users: Users) -> None:
    """Put a new file in the place of the old one, which keeps its owner; nobody else may ever read it."""
    text = "# Users of Gatepost: `gatepost users` writes this file.\n" + "".join(
        f"{user}\n" for user in users.values()
    )
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            with contextlib.suppress(FileNotFoundError, PermissionError):
                former = path.stat()
                os.fchown(file.fileno(), former.st_uid, former.st_gid)
            os.fchmod(file.fileno(), MODE)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def is_open_to_others(path: Path) -> bool:
    """Others than its owner and group may read or write it, or its group may write it."""
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o027)
