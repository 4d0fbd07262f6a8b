"""static: one value for every key.

`static:value`, or `static:{ any text }` where whitespace next to the braces is dropped.

Postfix: DATABASE_README static
"""

from gatepost.model.answer import Found
from gatepost.world.tables.braces import SPACE, BraceError, unbrace
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType, fault


def load(request: TableRequest) -> LoadedTable:
    """Make the table of one value."""
    value = request.argument
    if value.startswith("{"):
        try:
            value = unbrace(value).strip(SPACE)
        except BraceError as error:
            raise fault(request.shown_name, str(error), "write it as static:{ text }") from None
    answer = Found(value, request.shown_name)
    return LoadedTable(lambda _key: answer, results=lambda: [(value, request.shown_name)])


STATIC = TableType("static", __doc__, tries_partial_keys=True, folds_keys=True, load=load)
