"""The entries of a table of relay hosts, shown: in columns for people, as records for programs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from gatepost.world.relay_hosts.relay_host import RelayHost

_HEADINGS = ("NETWORK", "RELAYS", "CLIENT", "NOTE", "ADDED", "BY", "EXPIRES")
_ALWAYS = 3
"""The first columns are shown even when nobody has filled them."""


def as_records(found: Sequence[RelayHost], now: datetime) -> list[dict[str, Any]]:
    """For JSON; times as RFC 3339 has them, in UTC."""
    return [_record(host, now) for host in found]


def _record(host: RelayHost, now: datetime) -> dict[str, Any]:
    told = asdict(host)
    for name in ("added_at", "expires_at"):
        told[name] = told[name] and f"{told[name].isoformat()}Z"
    return told | {"has_expired": host.has_expired(now)}


def as_table(found: Sequence[RelayHost], now: datetime) -> Iterator[str]:
    """One line each below the headings; columns that nobody has filled are left out."""
    rows = [_HEADINGS, *(_row(host, now) for host in found)]
    used = [n for n in range(len(_HEADINGS)) if n < _ALWAYS or any(row[n] for row in rows[1:])]
    shown = [[_printable(row[n]) for n in used] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()


def _row(host: RelayHost, now: datetime) -> tuple[str, ...]:
    state = "expired" if host.has_expired(now) else "yes" if host.is_active else "no"
    added, expires = (f"{time:%Y-%m-%d}" if time else "" for time in (host.added_at, host.expires_at))
    return host.network, state, host.client, host.note, added, host.added_by, expires


def _printable(text: str) -> str:
    """Without what would move the cursor: anybody may have written to the table."""
    return "".join(letter if letter.isprintable() else "?" for letter in text) or "-"
