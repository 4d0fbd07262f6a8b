"""Read the text of a table: a file, or rules in braces, as logical lines.

A logical line starts with text; a line that starts with whitespace continues it (joined without the line end, its
leading whitespace kept). Empty lines and lines whose first character after whitespace is `#` are left out, even
between continuation lines. Whitespace before the first text of a file is told and left out. Lines are octets; line
numbers count from 1 and name the first physical line. A line that holds a NUL octet is told and left out.

Limits: a table file must be a regular file of at most 256 MiB (beyond that it belongs into a database).
At most 100 findings are kept for a table; a last one counts the rest.

Postfix: postmap(1), readlline(3)
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from gatepost.model.errors import Complaint, Place
from gatepost.policy.language.tokens import words
from gatepost.world.tables.braces import SPACE, unbrace
from gatepost.world.tables.table import TableError, TableRequest, fault

SIZE_LIMIT_BYTES = 256 * 1024 * 1024
FINDINGS_LIMIT = 100

_SPACE_OCTETS = frozenset(SPACE.encode())


@dataclass(slots=True)
class Source:
    """The text of one table. `label` stands for it in messages: a path, or the table's own name when inline."""

    label: str
    octets: bytes
    files: tuple[Path, ...] = ()
    findings: list[Complaint] = field(default_factory=list)
    _unkept: int = 0

    def warn(self, line: int, text: str, cure: str) -> None:
        """Keep one finding about one line."""
        self.keep(Complaint("warning", Place(self.label, line), text, cure))

    def keep(self, finding: Complaint) -> None:
        """Keep one finding, unless there are many already."""
        if len(self.findings) < FINDINGS_LIMIT:
            self.findings.append(finding)
        else:
            self._unkept += 1

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """All findings, the rest counted."""
        if not self._unkept:
            return tuple(self.findings)
        more = Complaint("warning", Place(self.label), f"{self._unkept} more lines with findings", "mend the first")
        return (*self.findings, more)

    def fault(self, line: int, text: str, cure: str) -> TableError:
        """Make the fault of the whole table, found in this line."""
        return fault(Place(self.label, line), text, cure, *self.files)

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Give the logical lines with the numbers of their first lines; none is empty or starts with whitespace."""
        may_hold_nul = b"\0" in self.octets
        for number, line in self._logical_lines():
            if may_hold_nul and b"\0" in line:
                self.warn(number, "the line holds a NUL octet and is left out", "save the file as plain text")
            else:
                yield number, line

    def _logical_lines(self) -> Iterator[tuple[int, bytes]]:
        start, parts = 0, [b""]
        for number, line in enumerate(BytesIO(self.octets), 1):
            if line[0] == 35 or line.isspace():  # 35: '#'
                continue
            line = line.removesuffix(b"\n")
            if line[0] not in _SPACE_OCTETS:
                if start:
                    yield start, parts[0] if len(parts) == 1 else b"".join(parts)
                start, parts = number, [line]
            elif line.lstrip().startswith(b"#"):
                continue
            elif start:
                parts.append(line)
            elif parts == [b""]:
                parts = []
                cure = "remove the whitespace: it would continue a line above, and there is none"
                self.warn(number, "the first line starts with whitespace and is left out", cure)
        if start:
            yield start, b"".join(parts)


def read_file(request: TableRequest) -> Source:
    """Read the file that the argument names. Raises TableError."""
    path = request.path
    return Source(str(path), read_octets(path, request.shown_name), (path,))


def read_octets(path: Path, shown_name: str) -> bytes:
    """Read a file that a table by this name needs. Raises TableError."""
    try:
        with path.open("rb") as stream:
            if not stat.S_ISREG(path.stat().st_mode):
                raise fault(str(path), "is not a regular file", "name a text file", path)
            octets = stream.read(SIZE_LIMIT_BYTES + 1)
    except FileNotFoundError:
        raise fault(str(path), "no such file", f"create it, or correct the name {shown_name!r}", path) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise fault(str(path), f"cannot be read: {reason}", "check the name and the file's mode", path) from None
    if len(octets) > SIZE_LIMIT_BYTES:
        raise fault(
            str(path), f"is larger than {SIZE_LIMIT_BYTES} bytes", "use a database for a table this large", path
        )
    return octets


def read_rules(request: TableRequest) -> Source:
    """Read the rules of a pattern table: a file, or `{ {rule}, {rule} … }` in the argument itself."""
    argument = request.argument
    if not argument.startswith("{"):
        return read_file(request)
    try:
        rules = "\n".join(unbrace(rule).strip(SPACE) for rule in words(unbrace(argument)))
        octets = rules.encode("utf-8", "surrogateescape")
    except ValueError as error:
        cure = "write it as type:{ {rule}, {rule} }, every rule in its own braces"
        raise fault(request.shown_name, str(error), cure) from None
    return Source(request.shown_name, octets)
