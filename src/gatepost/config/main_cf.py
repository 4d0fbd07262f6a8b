"""main.cf: `name = value`, one per logical line; the later of two entries wins.

A value is text: no quotes, no comments behind it, `$name` is expanded when it is used (expansion.py). Each entry
keeps the file and the line it stands on.

Gives: entries by name, in the order of the file, and complaints.
Raises: ConfigurationError with every line that is no entry.
Postfix: postconf(5).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gatepost.config.logical_lines import LogicalLine, split_logical_lines
from gatepost.model.errors import Complaint, ConfigurationError, Place
from gatepost.model.secrets import HIDDEN, is_secret, without_secrets


@dataclass(frozen=True, slots=True)
class Entry:
    """One `name = value` as written, and where. `lines` are those of the file that it runs over, numbered."""

    name: str
    value: str
    place: Place
    lines: tuple[tuple[int, str], ...] = field(default=(), compare=False, repr=False)


def parse_main_cf(text: str, path: str) -> tuple[dict[str, Entry], Sequence[Complaint]]:
    """Read the text of a main.cf."""
    lines, remarks = split_logical_lines(text, path)
    complaints = list(remarks)
    faults: list[Complaint] = []
    entries: dict[str, Entry] = {}
    for line in lines:
        try:
            entry = parse_assignment(line.text, line.place, line.lines)
        except ConfigurationError as error:
            faults.extend(error.complaints)
            continue
        earlier = entries.pop(entry.name, None)
        if earlier is not None:
            complaints.append(_overriding(earlier, line))
        entries[entry.name] = entry
    if faults:
        raise ConfigurationError(*faults)
    return entries, complaints


def parse_assignment(text: str, place: Place, lines: tuple[tuple[int, str], ...] = ()) -> Entry:
    """Read `name = value`, as in main.cf and after `-o`. Raises ConfigurationError."""
    head, equals, value = text.partition("=")
    name = head.strip()
    if not equals or len(name.split()) > 1:
        what = f"missing '=' after attribute name: {_short(text)}"
        raise ConfigurationError(Complaint("error", place, what, 'write "name = value"; a comment starts with #'))
    if not name:
        what = f"missing attribute name: {_short(text)}"
        raise ConfigurationError(Complaint("error", place, what, 'write "name = value"'))
    return Entry(name, value.strip(), place, lines)


def _overriding(earlier: Entry, line: LogicalLine) -> Complaint:
    value = HIDDEN if is_secret(earlier.name) else _short(earlier.value)
    what = f"overriding earlier entry: {earlier.name}={value} (line {earlier.place.line})"
    return Complaint("warning", line.place, what, "remove one of the two lines")


def _short(text: str) -> str:
    """A value as it may stand in a message: one line, at most 80 characters."""
    flat = " ".join(without_secrets(text).split())
    return flat if len(flat) <= 80 else flat[:77] + "..."
