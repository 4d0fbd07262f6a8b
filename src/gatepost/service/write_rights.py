"""Whether the workers will be able to write what they keep, told at load: later it is one line in the log, or none.

Started as root they run as mail_owner, else as who started them. A check that is made by somebody else cannot know
which, and tells of what neither may write. Access control lists are not looked at: the modes count.
"""

import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gatepost.service.privileges import identity_of

_ENTER = stat.S_IXOTH
_CHANGE_DIRECTORY = stat.S_IWOTH | stat.S_IXOTH
_CHANGE_FILE = stat.S_IROTH | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class _Writer:
    """One who may be the workers."""

    name: str
    uid: int
    groups: frozenset[int]

    def may(self, wanted: int, status: os.stat_result) -> bool:
        """The mode gives this right, which is written as for others."""
        shift = 6 if status.st_uid == self.uid else 3 if status.st_gid in self.groups else 0
        return status.st_mode >> shift & wanted == wanted


def unwritable(path: Path, mail_owner: str) -> str:
    """Why no worker could write this file, or make it with its directories; "" where one could, or is root."""
    why = ""
    for writer in _writers(mail_owner):
        why = _obstacle(path, writer)
        if not why:
            return ""
    return why


def _writers(mail_owner: str) -> Iterator[_Writer]:
    if os.geteuid():
        yield _Writer(_name_of(os.geteuid()), os.geteuid(), frozenset((*os.getgroups(), os.getegid())))
    elif not identity_of(mail_owner).user:
        return  # they stay root
    try:
        entry = pwd.getpwnam(mail_owner)
    except KeyError:
        return
    yield _Writer(mail_owner, entry.pw_uid, frozenset(os.getgrouplist(mail_owner, entry.pw_gid)))


def _obstacle(path: Path, writer: _Writer) -> str:
    for place in (*reversed(path.parents), path):
        try:
            status = place.stat()
            is_last = place == path or not (place / path.relative_to(place).parts[0]).exists()
        except OSError:
            return ""  # it cannot be seen from here, which says nothing
        is_directory = stat.S_ISDIR(status.st_mode)
        wanted = (_CHANGE_DIRECTORY if is_directory else _CHANGE_FILE) if is_last else _ENTER
        if not writer.may(wanted, status):
            what = f"{place} is {_name_of(status.st_uid)}'s, mode {stat.S_IMODE(status.st_mode):04o}"
            return f"{writer.name} may not write {path}: {what}"
        if is_last:
            break
    return ""


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
