"""fail: a table that fails for every key, to see what a failure does.

`fail:any text`; the text stands in the reason. No finding is made of it: it fails because it was told to.

Unavailable: always.
Postfix: DATABASE_README fail
"""

from gatepost.model.answer import Unavailable
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType


def load(request: TableRequest) -> LoadedTable:
    """Make the table."""
    answer = Unavailable(f"{request.shown_name}: fails for every key, as it was told to")
    return LoadedTable(lambda _key: answer)


FAIL = TableType("fail", __doc__, tries_partial_keys=False, folds_keys=False, load=load)
