"""texthash: keys and values from a text file, read into memory.

Each line is `key whitespace value`; keys are folded to lower case. Two lines with the same key make the whole table
unusable, as in Postfix's servers; postmap, Postfix's and ours, keeps the first and warns. The file is followed when
it changes.

Postfix: DATABASE_README texthash, postmap(1)
"""

from gatepost.world.tables.source import read_file
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType
from gatepost.world.tables.text_table import as_table, keep_first, read_entries, refuse_duplicates


def load(request: TableRequest) -> LoadedTable:
    """Read the file."""
    source = read_file(request)
    entries = read_entries(source, smtputf8=request.smtputf8)
    gather = keep_first if request.keeps_first else refuse_duplicates
    return as_table(source, gather(source, entries, smtputf8=request.smtputf8))


TEXTHASH = TableType("texthash", __doc__, tries_partial_keys=True, folds_keys=True, load=load)
