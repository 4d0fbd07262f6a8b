"""The tables of relay hosts that `gatepost hosts` can change: the guide's, and the one that `init` makes.

    allowed_hosts (active, IP, Client, Comments)    single addresses; the guide's, whatever the columns' types
    relay_hosts   (network, first_address, …)       networks too, who and when, expiry (network_schema.py)

Which one a table is, its columns tell. Every value travels beside its statement, never in it.

Raises: HostTableError with what to do; ServerAwayError where no server answers. Neither text holds a password.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from gatepost.world.relay_hosts.network_schema import COLUMNS
from gatepost.world.relay_hosts.relay_host import TIME_FORMAT, HostRange, RelayHost, read_time

Row = Sequence[str | None]
Run = Callable[[str, Sequence[str]], Sequence[Row]]
"""Runs a statement with `?` for each value; gives its rows."""

GUIDE_COLUMNS = frozenset({"active", "client", "comments"})
"""Those of the guide's table, in lower case, beside the one that holds the address."""


class HostTableError(Exception):
    """The table cannot be used like that: what is wrong, and what to do."""


class HostTable(Protocol):
    """A table of hosts. What it has no column for is said by `takes_networks` and `keeps_expiry`."""

    takes_networks: bool
    keeps_expiry: bool

    def hosts(self) -> list[RelayHost]:
        """All entries, in the order of their addresses."""

    def find(self, host: HostRange) -> RelayHost | None:
        """The entry that is written so."""

    def add(self, where: HostRange, host: RelayHost) -> None:
        """Write a new entry."""

    def set_active(self, host: HostRange, *, active: bool) -> None:
        """Switch an entry on or off."""

    def remove(self, host: HostRange) -> None:
        """Delete an entry."""


def host_table(run: Run, table: str, key_column: str, columns: Sequence[str]) -> HostTable:
    """Give the table as what it is, by its columns. Raises HostTableError."""
    names = {name.lower(): name for name in columns}
    if names.keys() >= COLUMNS:
        return NetworkTable(run, table)
    key = names.get(key_column.lower().strip('`"')) or names.get("ip")
    if key and names.keys() >= GUIDE_COLUMNS:
        return GuideTable(run, table, key, names)
    raise HostTableError(
        f"table {table} has the columns {', '.join(columns)}: neither those of the guide (active, IP, Client, "
        "Comments) nor those of a table that `gatepost hosts init` makes"
    )


class GuideTable:
    """`allowed_hosts` as the guide has it."""

    takes_networks = False
    keeps_expiry = False

    def __init__(self, run: Run, table: str, key: str, names: dict[str, str]) -> None:
        self._run = run
        self._table = table
        self._key = key
        self._active, self._client, self._comments = (names[name] for name in ("active", "client", "comments"))

    def hosts(self) -> list[RelayHost]:
        """All entries."""
        return [_guide_host(row) for row in self._run(f"{self._select()} ORDER BY {self._key}", ())]

    def find(self, host: HostRange) -> RelayHost | None:
        """The entry of this address; an active one first, where there are several."""
        found = [_guide_host(row) for row in self._run(f"{self._select()} WHERE {self._key} = ?", (host.text,))]
        return next((each for each in found if each.is_active), found[0] if found else None)

    def add(self, where: HostRange, host: RelayHost) -> None:
        """Write a new entry: `active` and `Comments` are given, for they need not have defaults."""
        columns = f"{self._active}, {self._key}, {self._client}, {self._comments}"
        values = ("yes", where.text, host.client, host.note)
        self._run(f"INSERT INTO {self._table} ({columns}) VALUES (?, ?, ?, ?)", values)  # noqa: S608 - names as configured
        if self.find(where) is None:
            raise HostTableError(
                f"the database did not keep {where.text} as it is: column {self._key} of {self._table} is too "
                "narrow; make it VARCHAR(39), and remove what was cut off"
            )

    def set_active(self, host: HostRange, *, active: bool) -> None:
        """Switch every entry of this address on or off."""
        values = ("yes" if active else "no", host.text)
        self._run(f"UPDATE {self._table} SET {self._active} = ? WHERE {self._key} = ?", values)  # noqa: S608 - as above

    def remove(self, host: HostRange) -> None:
        """Delete every entry of this address."""
        self._run(f"DELETE FROM {self._table} WHERE {self._key} = ?", (host.text,))  # noqa: S608 - as above

    def _select(self) -> str:
        columns = f"{self._key}, {self._active}, {self._client}, {self._comments}"
        return f"SELECT {columns} FROM {self._table}"  # noqa: S608 - as above


def _guide_host(row: Row) -> RelayHost:
    address, active, client, comments = row
    return RelayHost(address or "", (active or "").lower() == "yes", client or "", comments or "")


class NetworkTable:
    """A table that `gatepost hosts init` made."""

    takes_networks = True
    keeps_expiry = True

    def __init__(self, run: Run, table: str) -> None:
        self._run = run
        self._table = table

    def hosts(self) -> list[RelayHost]:
        """All entries."""
        order = "ORDER BY length(first_address), first_address, last_address"
        return [_network_host(row) for row in self._run(f"{self._select()} {order}", ())]

    def find(self, host: HostRange) -> RelayHost | None:
        """The entry of just this network."""
        rows = self._run(f"{self._select()} WHERE network = ?", (host.text,))
        return _network_host(rows[0]) if rows else None

    def add(self, where: HostRange, host: RelayHost) -> None:
        """Write a new entry."""
        values = {
            "network": where.text,
            "first_address": where.first,
            "last_address": where.last,
            "active": "yes",
            "client": host.client,
            "note": host.note,
            "added_by": host.added_by,
        }
        times = {"added_at": host.added_at, "expires_at": host.expires_at}
        values |= {name: time.strftime(TIME_FORMAT) for name, time in times.items() if time is not None}
        marks = ", ".join("?" * len(values))
        self._run(f"INSERT INTO {self._table} ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))  # noqa: S608

    def set_active(self, host: HostRange, *, active: bool) -> None:
        """Switch an entry on or off."""
        values = ("yes" if active else "no", host.text)
        self._run(f"UPDATE {self._table} SET active = ? WHERE network = ?", values)  # noqa: S608 - the name as configured

    def remove(self, host: HostRange) -> None:
        """Delete an entry."""
        self._run(f"DELETE FROM {self._table} WHERE network = ?", (host.text,))  # noqa: S608 - as above

    def _select(self) -> str:
        columns = "network, active, client, note, added_by, added_at, expires_at"
        return f"SELECT {columns} FROM {self._table}"  # noqa: S608 - as above


def _network_host(row: Row) -> RelayHost:
    network, active, client, note, added_by, added_at, expires_at = row
    return RelayHost(
        network or "",
        (active or "").lower() == "yes",
        client or "",
        note or "",
        added_by or "",
        read_time(added_at),
        read_time(expires_at),
    )
