"""unionmap: what several tables say, put together.

`unionmap:{type:name, type:name, …}` asks every table for the key and joins what they answer with commas, in their
order; one that does not know the key adds nothing. Not found: none knows it. The table is asked for partial keys (and
the like) if its first member would be.

Unavailable: any member is.
Postfix: DATABASE_README unionmap
"""

from gatepost.model.answer import NOT_FOUND, Found, Unavailable
from gatepost.world.tables.members import Asking, load_composed
from gatepost.world.tables.table import Loaded, Table, TableRequest, TableType


def _unite(members: tuple[Table, ...], key: str) -> Asking:
    united, source = "", ""
    for member in members:
        answer = yield member, key
        if isinstance(answer, Unavailable):
            return answer
        if isinstance(answer, Found):
            united = f"{united},{answer.value}" if united else answer.value
            source = source or answer.source
    return Found(united, source) if united else NOT_FOUND


def load(request: TableRequest) -> Loaded:
    """Load the members."""
    return load_composed(request, _unite)


UNIONMAP = TableType("unionmap", __doc__, tries_partial_keys=True, folds_keys=False, load=load)
