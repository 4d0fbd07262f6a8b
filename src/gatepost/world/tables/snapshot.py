"""All entries of a table as they were at one moment: what answers for its server while that is away.

A key is found as it stands (for mysql without regard to case, as its collations compare). Where a table says by its
`snapshot_query` that it holds networks, a key that is an address is found in them too (`192.0.2.0/24`); of several
the longest prefix counts. Elsewhere `192.0.2.0/24` is a key like any other, as it is to the table's own query.
"""

import ipaddress
from collections.abc import Mapping

from gatepost.model.answer import NOT_FOUND, Answer, Found

_BITS = {4: 32, 6: 128}


class Snapshot:
    """The entries, and `since` when they were asked for (time.monotonic)."""

    __slots__ = ("_folds", "_networks", "_values", "since")

    def __init__(self, since: float, values: Mapping[str, str], *, folds: bool, holds_networks: bool) -> None:
        self.since = since
        self._folds = folds
        self._values = {key.lower().rstrip(): value for key, value in values.items()} if folds else values
        self._networks: dict[tuple[int, int], dict[int, str]] = {}
        if holds_networks:
            for key, value in values.items():
                self._add_network(key, value)

    def _add_network(self, key: str, value: str) -> None:
        try:
            network = ipaddress.ip_network(key)
        except ValueError:
            return  # a name
        same_length = self._networks.setdefault((network.version, network.prefixlen), {})
        same_length[int(network.network_address)] = value

    def find(self, key: str, source: str) -> Answer[str]:
        """The answer for a key."""
        value = self._values.get(key.lower() if self._folds else key)
        if value is None and self._networks:
            value = self._find_network(key)
        return NOT_FOUND if value is None else Found(value, source)

    def _find_network(self, key: str) -> str | None:
        try:
            address = ipaddress.ip_address(key)
        except ValueError:
            return None
        number, bits = int(address), _BITS[address.version]
        for version, length in sorted(self._networks, reverse=True):
            if version == address.version:
                value = self._networks[version, length].get(number >> (bits - length) << (bits - length))
                if value is not None:
                    return value
        return None
