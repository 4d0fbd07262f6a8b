"""The lines of main.cf and master.cf as Postfix joins them.

A line that starts with white space continues the one before it. Empty lines and lines whose first character other
than white space is `#` are passed over, even between a line and its continuation. Line numbers count from 1 and are
those of the first physical line.

Gives: logical lines, without their line ends and outer white space; a complaint for white space at the very start.
Raises: ConfigurationError for a file that cannot be read or is larger than MOST_OCTETS.
Postfix: postconf(5), "The general format of the main.cf file".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gatepost.model.errors import Complaint, ConfigurationError, Place

MOST_OCTETS = 16 * 1024 * 1024
"""A configuration file beyond this is a mistake (a log, a device): the largest of 98 public main.cf has 35 KB."""

_BLANK = " \t\r\n\v\f"


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One line with its continuations joined. `lines` has them apart, with their numbers."""

    text: str
    place: Place
    lines: tuple[tuple[int, str], ...] = ()


def read_text(path: Path) -> str:
    """Read a whole file; octets that are not UTF-8 are kept as surrogates and so survive unchanged."""
    try:
        with path.open("rb") as file:
            octets = file.read(MOST_OCTETS + 1)
    except OSError as error:
        cure = "name the right directory with -c, or create the file"
        if isinstance(error, PermissionError):
            cure = "check the file's owner and mode, and those of its directory"
        raise ConfigurationError(
            Complaint("error", Place(str(path)), f"cannot read: {error.strerror}", cure)
        ) from None
    if len(octets) > MOST_OCTETS:
        text = f"larger than {MOST_OCTETS} octets: surely not a configuration file"
        raise ConfigurationError(Complaint("error", Place(str(path)), text, "name the right file"))
    return octets.decode("utf-8", "surrogateescape")


def split_logical_lines(text: str, path: str) -> tuple[Sequence[LogicalLine], Sequence[Complaint]]:
    """Join continuations and drop comments."""
    parts: list[list[tuple[int, str]]] = []
    complaints: list[Complaint] = []
    for number, line in enumerate(text.split("\n"), start=1):
        content = line.lstrip(_BLANK)
        if not content or content[0] == "#":
            continue
        if line[0] not in _BLANK:
            parts.append([(number, line)])
        elif parts:
            parts[-1].append((number, line))
        else:
            what = "ignored: the line starts with white space, but there is none before it to continue"
            complaints.append(Complaint("warning", Place(path, number), what, "remove the white space"))
    return [_joined(lines, path) for lines in parts], complaints


def _joined(lines: list[tuple[int, str]], path: str) -> LogicalLine:
    text = "".join(line for _, line in lines)
    return LogicalLine(text.strip(_BLANK), Place(path, lines[0][0]), tuple(lines))
