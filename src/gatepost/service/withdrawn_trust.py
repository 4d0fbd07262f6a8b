"""The addresses that the trust guard has withdrawn trust from, kept so that a restart does not give it back.

One address to a line of `$data_directory/trust_guard`, behind it when and for which domains, for people. Workers
append (mail_owner), the next start reads. Deleting a line, or the file, and starting anew trusts again.

Unavailable: a file that cannot be read has no addresses; one that cannot be written costs what it would have kept.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from gatepost.model.address import is_ip

NAME = "trust_guard"
MOST_OCTETS = 65_536
"""Some hundred lines: there are no more gateways than that."""


def read_withdrawn(path: Path) -> dict[str, str]:
    """The addresses, each with what stands behind it."""
    try:
        with path.open("rb") as file:
            text = file.read(MOST_OCTETS).decode("utf-8", "replace")
    except OSError:
        return {}
    parts = (line.partition(" ") for line in text.splitlines())
    return {address: why.strip() for address, _, why in parts if is_ip(address)}


def keep_withdrawn(path: Path, address: str, domains: Sequence[str]) -> str:
    """Append one address, unless it is there. Gives why that cannot be done, "" when it is."""
    if address in read_withdrawn(path):
        return ""
    line = f"{address} {time.strftime('%Y-%m-%d %H:%M:%S')} {' '.join(domains)}\n"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(line.encode("ascii", "replace"))
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""
