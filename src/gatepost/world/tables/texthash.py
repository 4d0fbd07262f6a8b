"""texthash: keys and values from a text file, read into memory.

Each line is `key whitespace value`; keys are folded to lower case. Two lines with the same key make the whole table
unusable, as in Postfix's servers (postmap only warns of it). The file is followed when it changes.

Postfix: DATABASE_README texthash, postmap(1)
"""

from gatepost.world.tables.source import read_file
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType
from gatepost.world.tables.text_table import as_table, read_entries, refuse_duplicates


def load(request: TableRequest) -> LoadedTable:
    """Read the file."""
    source = read_file(request)
    entries = read_entries(source, smtputf8=request.smtputf8)
    return as_table(source, refuse_duplicates(source, entries, smtputf8=request.smtputf8))


TEXTHASH = TableType("texthash", __doc__, tries_partial_keys=True, folds_keys=True, load=load)
