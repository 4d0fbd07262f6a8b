"""pipemap: what one table says is the key for the next.

`pipemap:{type:name, type:name, …}` asks the first table for the key, the second for what the first answered, and so
on; the answer is that of the last. Not found: some table on the way does not know its key. The table is asked for
partial keys (and the like) if its first member would be.

Unavailable: a table on the way is.
Postfix: DATABASE_README pipemap
"""

from gatepost.model.answer import Answer, Found
from gatepost.world.tables.members import Asking, load_composed
from gatepost.world.tables.table import Loaded, Table, TableRequest, TableType


def _pipe(members: tuple[Table, ...], key: str) -> Asking:
    answer: Answer[str] = Found(key)
    for member in members:
        answer = yield member, key
        if not isinstance(answer, Found):
            break
        key = answer.value
    return answer


def load(request: TableRequest) -> Loaded:
    """Load the members."""
    return load_composed(request, _pipe)


PIPEMAP = TableType("pipemap", __doc__, tries_partial_keys=True, folds_keys=False, load=load)
