"""Lookup tables, one type per file, named as in `postconf -m`."""

from gatepost.world.tables.registry import TABLE_TYPES, Tables, load_table
from gatepost.world.tables.table import LocalTable, Table, TableType

__all__ = ["TABLE_TYPES", "LocalTable", "Table", "TableType", "Tables", "load_table"]
