"""What is wrong around the configuration: readable secrets, a data_directory that cannot be written, chroot.

A file with a password is for its owner and group alone (mode 0640); lookup files and TLS keys are looked at where
they are read. data_directory belongs to mail_owner; `gatepost run` makes it where it is missing.
Postfix: data_directory, mail_owner, master(5) chroot.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from gatepost.config.configuration import Configuration
from gatepost.config.master_cf import MasterRow
from gatepost.model.errors import Complaint
from gatepost.model.secrets import holds_secret
from gatepost.service.privileges import identity_of
from gatepost.service.write_rights import unwritable

DIRECTORY_MODE = 0o750
ANY_FILE = "file"


def site_findings(configuration: Configuration) -> Iterator[Complaint]:
    """What to say."""
    yield from _readable_secrets(configuration)
    yield from _chroots(configuration)
    yield from _data_directory(configuration)


def make_data_directory(configuration: Configuration) -> tuple[Complaint, ...]:
    """Make data_directory for mail_owner where it is missing; what is to be said when it cannot be made."""
    path, identity = Path(configuration.text("data_directory")), identity_of(configuration.text("mail_owner"))
    try:
        path.mkdir(DIRECTORY_MODE)
        if identity.user:
            os.chown(path, identity.uid, identity.gid)
    except FileExistsError:
        return ()
    except OSError as error:
        text = f"data_directory: {path} cannot be made: {error.strerror}: nothing can be written down there"
        return (Complaint("warning", configuration.place("data_directory"), text, _made_by_hand(configuration)),)
    return ()


def _readable_secrets(configuration: Configuration) -> Iterator[Complaint]:
    entries = (*configuration.entries.values(), *(entry for row in configuration.rows for entry in row.overrides))
    first = {entry.place.path: entry for entry in reversed(entries) if holds_secret(entry.name, entry.value)}
    for path, entry in first.items():
        try:
            is_open = bool(Path(path).stat().st_mode & stat.S_IROTH)
        except OSError:  # it is on the command line
            continue
        if is_open:
            text = f"{entry.name}: everybody on this machine can read the password in this file"
            group = configuration.text("mail_owner")
            yield Complaint("warning", entry.place, text, f"chgrp {group} {path}; chmod 640 {path}")


def _chroots(configuration: Configuration) -> Iterator[Complaint]:
    rows: list[MasterRow] = [row for row in configuration.rows if row.is_served and row.is_chrooted]
    if rows:
        names = ", ".join(f"{row.service}/{row.type}" for row in rows)
        text = f"{names}: chroot y is not carried out: workers run without root's rights, in the root that all share"
        cure = 'write "n" in the fifth field; the sandbox of packaging/systemd/gatepost.service confines them better'
        yield Complaint("notice", rows[0].place, text, cure)


def _data_directory(configuration: Configuration) -> Iterator[Complaint]:
    path, place = Path(configuration.text("data_directory")), configuration.place("data_directory")
    try:
        mode = path.stat().st_mode
    except OSError:
        return  # `gatepost run` makes it, or says why it cannot
    why = unwritable(path / ANY_FILE, configuration.text("mail_owner"))
    if not stat.S_ISDIR(mode):
        yield Complaint("warning", place, f"data_directory: {path} is not a directory", "name a directory")
    elif mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        yield Complaint("warning", place, f"data_directory: everybody may write to {path}", f"chmod o= {path}")
    elif why:
        yield Complaint("warning", place, f"data_directory: {why}", _made_by_hand(configuration))


def _made_by_hand(configuration: Configuration) -> str:
    return f"install -d -o {configuration.text('mail_owner')} -m 750 {configuration.text('data_directory')}"
