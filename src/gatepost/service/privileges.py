"""Give up root for good: a worker runs as mail_owner with that user's groups and nothing else.

Only a supervisor that was started as root has something to give up; otherwise workers run as who started it.

Raises: OSError when the kernel refuses; a worker then ends before it has accepted anything.
Postfix: mail_owner.
"""

import codecs
import os
import pwd
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a worker becomes. `warning` is set when there is nobody to become although there should be."""

    user: str = ""
    uid: int = -1
    gid: int = -1
    warning: str = ""


def identity_of(user: str) -> Identity:
    """Find out, in the supervisor, who its workers become; "" or a user that is missing means no change."""
    if os.geteuid() != 0:
        return Identity()
    if not user:
        return Identity(warning="workers run as root: mail_owner is empty")
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        return Identity(warning=f"workers run as root: mail_owner {user} is not a user of this machine")
    if entry.pw_uid == 0:
        return Identity(warning=f"workers run as root: mail_owner {user} has uid 0")
    return Identity(user, entry.pw_uid, entry.pw_gid)


def become(identity: Identity) -> None:
    """Become that user, in a worker; there is no way back: real, effective and saved ids are all given up."""
    if not identity.user:
        return
    codecs.lookup("idna")  # loaded at first use otherwise, of files that this user may be unable to read
    os.initgroups(identity.user, identity.gid)
    os.setresgid(identity.gid, identity.gid, identity.gid)
    os.setresuid(identity.uid, identity.uid, identity.uid)
