"""nis: maps of the Network Information Service, which Gatepost does not speak.

It is a type at all because alias_maps, a part of local_recipient_maps, names `nis:mail.aliases` by default. On a
machine without an NIS domain (nearly every one) such a map is empty, as in Postfix; on one that has a domain it is a
fault, lest users be refused as unknown who are in the map.

Postfix: DATABASE_README nis
"""

from pathlib import Path

from gatepost.model.answer import NOT_FOUND
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType, fault

DOMAIN_NAME = Path("/proc/sys/kernel/domainname")
"""Where Linux tells the NIS domain (domainname(1))."""


def load(request: TableRequest) -> LoadedTable:
    """Make the empty table."""
    try:
        domain = DOMAIN_NAME.read_text().strip()
    except OSError:
        domain = ""
    if domain not in ("", "(none)"):
        raise fault(request.shown_name, "Gatepost does not speak NIS", "name a table that holds the same entries")
    return LoadedTable(lambda _key: NOT_FOUND)


NIS = TableType("nis", __doc__, tries_partial_keys=True, folds_keys=True, load=load)
