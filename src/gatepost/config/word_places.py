"""Where one word of a value stands: its own line in a list that runs over several, or in what that list names.

A list may name other parameters (`$name`) and restriction classes; the word is looked for in those too, so that a
finding leads to the line to mend. A word that stands there twice is found where it stands first.

Postfix: postconf(5), "The general format of the main.cf file".
"""

import re
from collections.abc import Iterator, Mapping

from gatepost.config.expansion import names_referred_to
from gatepost.config.main_cf import Entry
from gatepost.model.errors import Place
from gatepost.policy.language.tokens import words

CLASSES = "smtpd_restriction_classes"


def place_of_word(entries: Mapping[str, Entry], name: str, word: str) -> Place | None:
    """The line of `word` in the value of `name`; None where it cannot be told.

    Of several words with blanks between them the longest is looked for: an argument says more than its restriction.
    """
    text = max((part.strip("{},") for part in word.split()), key=len, default="")
    if not text:
        return None
    is_it = re.compile(rf"(?<![^\s,={{!]){re.escape(text)}(?![^\s,}}])", re.IGNORECASE)
    for entry in _entries(entries, name, {name}):
        line = _line_of(entry, is_it)
        if line:
            return Place(entry.place.path, line)
    return None


def _entries(entries: Mapping[str, Entry], name: str, seen: set[str]) -> Iterator[Entry]:
    """The entry of this name, then those that it names."""
    entry = entries.get(name)
    if entry is None:
        return
    yield entry
    classes = words(entries[CLASSES].value) if CLASSES in entries else ()
    named = (*names_referred_to(entry.value), *(word for word in words(entry.value) if word in classes))
    for other in named:
        if other not in seen:
            seen.add(other)
            yield from _entries(entries, other, seen)


def _line_of(entry: Entry, is_it: re.Pattern[str]) -> int:
    """The line of the first match behind the name of the entry; 0 without one."""
    is_named = False
    for number, line in entry.lines:
        at = 0
        if not is_named:
            at = line.find(entry.name) + len(entry.name)
            is_named = entry.name in line
        if is_named and is_it.search(line, at):
            return number
    return 0
