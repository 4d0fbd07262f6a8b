"""master.cf: which doors are open, with how many connections, under which `-o` overrides.

    service type private unprivileged chroot wakeup maxproc command arguments…

`-` stands for the default: private y, unprivileged y, chroot as the compatibility level says, wakeup 0, maxproc
$default_process_limit. A service of type inet is `port` or `host:port` and never private. Arguments: `-o name=value`,
`-o { name = value with spaces }`, `-v`; others are kept and mean nothing here.

Gatepost serves the rows whose command is in SERVED_COMMANDS and passes over the rest.

Gives: rows in the order of the file, each with its place.
Raises: ConfigurationError with every row that cannot be read.
Postfix: master(5).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gatepost.config.logical_lines import LogicalLine, split_logical_lines
from gatepost.config.main_cf import Entry, parse_assignment
from gatepost.model.errors import Complaint, ConfigurationError, Place
from gatepost.policy.language.tokens import unbraced

SERVED_COMMANDS = ("smtpd", "qmqpd", "policyd")
"""The commands that Gatepost has a door for."""

FIELDS = ("service", "type", "private", "unprivileged", "chroot", "wakeup", "maxproc", "command")
TYPES = ("inet", "unix", "unix-dgram", "fifo", "pass")

_WORD = re.compile(r"\S+")
_WAKEUP = re.compile(r"\d{1,9}\??")
_CURE = "write all eight fields: " + " ".join(FIELDS)


@dataclass(frozen=True, slots=True)
class MasterRow:
    """One row. A field that was `-` is None, but for the two that have one default always.

    `maxproc` 0 means no limit; None means default_process_limit.
    """

    service: str
    type: str
    is_private: bool
    is_unprivileged: bool
    is_chrooted: bool | None
    wakeup: str
    maxproc: int | None
    command: str
    arguments: tuple[str, ...]
    overrides: tuple[Entry, ...]
    is_verbose: bool
    place: Place

    @property
    def is_served(self) -> bool:
        """Gatepost has a door for this command."""
        return self.command in SERVED_COMMANDS


def parse_master_cf(text: str, path: str) -> tuple[tuple[MasterRow, ...], Sequence[Complaint]]:
    """Read the text of a master.cf."""
    lines, remarks = split_logical_lines(text, path)
    complaints = list(remarks)
    faults: list[Complaint] = []
    rows: dict[tuple[str, str], MasterRow] = {}
    for line in lines:
        try:
            row = _parse_row(line)
        except ConfigurationError as error:
            faults.extend(error.complaints)
            continue
        earlier = rows.pop((row.service, row.type), None)
        if earlier is not None:
            what = f"{row.service}/{row.type} stands here twice; the row of line {earlier.place.line} is ignored"
            complaints.append(Complaint("warning", row.place, what, "remove one of the two rows"))
        rows[row.service, row.type] = row
    if faults:
        raise ConfigurationError(*faults)
    complaints.extend(_passed_over([row for row in rows.values() if not row.is_served], path))
    return tuple(rows.values()), complaints


def _passed_over(rows: Sequence[MasterRow], path: str) -> Iterator[Complaint]:
    """One notice for all of them: Postfix's own master.cf has some thirty."""
    if rows:
        commands = ", ".join(sorted({row.command for row in rows}))
        what = "1 row" if len(rows) == 1 else f"{len(rows)} rows"
        yield Complaint("notice", Place(path), f"{what} passed over: Gatepost does not serve {commands}")


def _parse_row(line: LogicalLine) -> MasterRow:
    fields = line.text.split(maxsplit=len(FIELDS))
    if len(fields) < len(FIELDS):
        raise _fault(line, f"a row of {len(fields)} fields where {len(FIELDS)} are needed", _CURE)
    service, kind, private, unprivileged, chroot, wakeup, maxproc, command = fields[: len(FIELDS)]
    if kind not in TYPES:
        raise _fault(line, f"unknown service type {kind!r}", f"write one of {', '.join(TYPES)}")
    is_private = _yes_no(line, "private", private)
    if kind == "inet" and is_private is not False:
        raise _fault(line, f"service {service} of type inet is private", 'write "n" in the third field')
    if not _WAKEUP.fullmatch(wakeup) and wakeup != "-":
        raise _fault(line, f"bad wakeup time {wakeup!r}", 'write a number of seconds or "-" in the sixth field')
    if maxproc != "-" and not re.fullmatch(r"\d{1,9}", maxproc, re.ASCII):
        raise _fault(line, f"bad process limit {maxproc!r}", 'write a number or "-" in the seventh field')
    arguments = tuple(_split_arguments(fields[len(FIELDS)])) if len(fields) > len(FIELDS) else ()
    return MasterRow(
        service=service,
        type=kind,
        is_private=is_private is not False,
        is_unprivileged=_yes_no(line, "unprivileged", unprivileged) is not False,
        is_chrooted=_yes_no(line, "chroot", chroot),
        wakeup="" if wakeup == "-" else wakeup,
        maxproc=None if maxproc == "-" else int(maxproc),
        command=command,
        arguments=arguments,
        overrides=tuple(_overrides(line, arguments)),
        is_verbose=any(re.fullmatch(r"-v+", word) for word in arguments),
        place=line.place,
    )


def _yes_no(line: LogicalLine, field: str, text: str) -> bool | None:
    if text not in ("y", "n", "-"):
        raise _fault(line, f"field {field!r} is {text!r}", 'write "y", "n" or "-"')
    return None if text == "-" else text == "y"


def _split_arguments(text: str) -> Iterator[str]:
    """Split at white space; an argument that opens with a brace runs to the one that closes it."""
    at = 0
    while match := _WORD.search(text, at):
        at = match.end()
        if match.group().startswith("{"):
            at = _end_of_braces(text, match.start())
        yield text[match.start() : at]


def _end_of_braces(text: str, start: int) -> int:
    depth = 0
    for brace in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return brace.end()
    return len(text)


def _overrides(line: LogicalLine, arguments: tuple[str, ...]) -> Iterator[Entry]:
    waits = False
    for argument in arguments:
        if waits:
            waits = False
            yield _override(line, argument)
        elif argument == "-o":
            waits = True
        elif argument.startswith("-o"):
            yield _override(line, argument[2:])
        elif not argument.startswith("-"):
            return  # what follows belongs to the command, as in argv= of pipe(8)
    if waits:
        raise _fault(line, "-o without name=value", 'write "-o name=value"')


def _override(line: LogicalLine, argument: str) -> Entry:
    inside = unbraced(argument)
    if argument.startswith("{") and inside is None:
        raise _fault(line, f"nothing closes {argument!r}", 'write "-o { name = value }"')
    try:
        return parse_assignment(argument if inside is None else inside, line.place, line.lines)
    except ConfigurationError:
        cure = 'write "-o name=value", or "-o { name = value }" where there are spaces'
        raise _fault(line, f"-o {argument!r} is not name=value", cure) from None


def _fault(line: LogicalLine, text: str, cure: str) -> ConfigurationError:
    return ConfigurationError(Complaint("error", line.place, text, cure))
