"""environ: the environment of the process.

`environ:NAME` (the name is shown in messages and means nothing else) answers a variable's name with its value. Keys
are folded to lower case, as in Postfix, so that only variables whose names are written in lower case are found.
Workers have the environment that `gatepost run` was started with.

Postfix: DATABASE_README environ
"""

import os

from gatepost.model.answer import NOT_FOUND, Answer, Found
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType


def load(request: TableRequest) -> LoadedTable:
    """Make the table."""
    source = request.shown_name

    def search(key: str) -> Answer[str]:
        value = os.environb.get(key.encode("utf-8", "surrogateescape"))
        return NOT_FOUND if value is None else Found(value.decode("utf-8", "surrogateescape"), source)

    return LoadedTable(search)


ENVIRON = TableType("environ", __doc__, tries_partial_keys=True, folds_keys=True, load=load)
