"""randmap: one of several values, by chance, for every key.

`randmap:{value, value, …}`: values are separated by commas or whitespace; one in braces keeps its whitespace, and its
braces too, as in Postfix. Each look-up draws anew.

Postfix: DATABASE_README randmap
"""

import random

from gatepost.model.answer import Answer, Found
from gatepost.policy.language.tokens import words
from gatepost.world.tables.braces import BraceError, unbrace
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType, fault

_CURE = "write it as randmap:{value, value}"


def load(request: TableRequest) -> LoadedTable:
    """Read the values from the name."""
    try:
        values = words(unbrace(request.argument))
    except BraceError as error:
        raise fault(request.shown_name, str(error), _CURE) from None
    if not values:
        raise fault(request.shown_name, "the table is empty", _CURE)
    source = request.shown_name

    def search(_key: str) -> Answer[str]:
        return Found(random.choice(values), source)  # noqa: S311 -- a share of the load, not a secret

    return LoadedTable(search, results=lambda: [(value, source) for value in values])


RANDMAP = TableType("randmap", __doc__, tries_partial_keys=False, folds_keys=False, load=load)
