"""Words of a list in main.cf: separated by space, tab, comma, CR or LF; `{ … }` holds separators together."""

SEPARATORS = " \t\r\n,"


def words(text: str) -> tuple[str, ...]:
    """Split. A word that opens with a brace runs to the brace that closes it, or to the end where none does."""
    found: list[str] = []
    at, end = 0, len(text)
    while at < end:
        if text[at] in SEPARATORS:
            at += 1
            continue
        start, depth = at, 0
        while at < end and (depth or text[at] not in SEPARATORS):
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            depth = max(depth, 0)
            at += 1
        found.append(text[start:at])
    return tuple(found)


def unbraced(word: str) -> str | None:
    """The inside of `{ … }` without the blanks next to the braces; None where the word is not in braces."""
    return word[1:-1].strip(" \t\r\n") if len(word) > 1 and word[0] == "{" and word[-1] == "}" else None
