"""inline: keys and values within the configuration itself.

`inline:{ key=value, { key = text with spaces } }`: entries are separated by commas or whitespace; one that needs
whitespace stands in braces. The last of two entries with the same key wins. An entry without `=`, an empty table or
braces that do not pair make the whole table unusable.

Postfix: DATABASE_README inline
"""

from collections.abc import Iterator

from gatepost.model.answer import NOT_FOUND, Answer, Found
from gatepost.policy.language.tokens import words
from gatepost.world.tables.braces import SPACE, BraceError, unbrace
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType, fault, fold_key

_CURE = "write it as inline:{ key=value, { key = text with spaces } }"


def load(request: TableRequest) -> LoadedTable:
    """Read the entries from the name."""
    try:
        entries = [_split_entry(word) for word in words(unbrace(request.argument))]
    except BraceError as error:
        raise fault(request.shown_name, str(error), _CURE) from None
    if not entries:
        raise fault(request.shown_name, "the table is empty", _CURE)
    values = {fold_key(key, smtputf8=request.smtputf8): value for key, value in entries}
    source = request.shown_name

    def search(key: str) -> Answer[str]:
        value = values.get(key)
        return NOT_FOUND if value is None else Found(value, source)

    def results() -> Iterator[tuple[str, str]]:
        return ((value, source) for value in values.values())

    return LoadedTable(search, entries=values.items, results=results, known_keys=values.keys())


def _split_entry(word: str) -> tuple[str, str]:
    """Split one entry at its first `=`. Raises BraceError."""
    text = unbrace(word) if word.startswith("{") else word
    key, equals, value = text.partition("=")
    key = key.strip(SPACE)
    if not equals or any(character in SPACE for character in key):
        raise BraceError(f"no '=' after the key in {text.strip(SPACE)!r}")
    return key, value.strip(SPACE)


INLINE = TableType("inline", __doc__, tries_partial_keys=True, folds_keys=True, load=load)
