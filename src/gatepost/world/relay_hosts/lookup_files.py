"""The lookup file for a table of networks: its text for people, and written so that only its group can read it."""

import contextlib
import os
import pwd
from pathlib import Path

from gatepost.model.secrets import HIDDEN, is_secret, without_secrets
from gatepost.world.relay_hosts.network_schema import lookup_queries
from gatepost.world.tables.lookup_file import LookupFile

KEPT = {
    "mysql": ("hosts", "user", "password", "dbname", "charset", "option_file", "option_group", "tls_CAfile",
              "tls_CApath", "tls_cert_file", "tls_key_file", "tls_ciphers", "tls_verify_cert"),
    "pgsql": ("hosts", "user", "password", "dbname", "encoding"),
    "sqlite": ("dbpath",),
}  # fmt: skip
"""What a new lookup file takes over from the one that named the database."""

MODE = 0o640


def lookup_text(kind: str, file: LookupFile, table: str, *, shows_secrets: bool) -> str:
    """The text of a lookup file that asks the table; secrets are left blank unless it is to be written."""
    lines = [f"# {table}, made by `gatepost hosts init`; mynetworks = ..., proxy:{kind}:THIS FILE"]
    for name in KEPT[kind]:
        value = file.text(name)
        if value:
            shown = HIDDEN if is_secret(name) else without_secrets(value)
            lines.append(f"{name} = {value if shows_secrets else shown}")
    return "\n".join((*lines, lookup_queries(kind, table)))


def write_secret(path: Path, text: str, owner: str) -> None:
    """Write a new file of mode 0640; root gives it to the group of `owner`, as who Postfix reads it (proxymap).

    Raises OSError, also where there is one of that name.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        if os.geteuid() == 0:
            with contextlib.suppress(KeyError):  # no such user: root's alone
                os.fchown(file.fileno(), -1, pwd.getpwnam(owner).pw_gid)
        os.fchmod(file.fileno(), MODE)
        file.write(text)
