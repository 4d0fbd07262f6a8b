"""Loading a configuration directory: main.cf, master.cf, and everything that can be wrong with them.

Raises: ConfigurationError with every mistake found in both files, those of the rows that Gatepost serves included.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

from gatepost.config.configuration import COMMAND_LINE, Configuration
from gatepost.config.declaration import Kind, Parameter
from gatepost.config.doors import doors_of
from gatepost.config.known_names import names_in_use, unknown_names
from gatepost.config.logical_lines import read_text
from gatepost.config.machine_defaults import own_addresses
from gatepost.config.main_cf import Entry, parse_main_cf
from gatepost.config.master_cf import MasterRow, parse_master_cf
from gatepost.config.parameters import declared_parameters
from gatepost.config.reading import read_parameter
from gatepost.model.errors import Complaint, ConfigurationError, Place

T = TypeVar("T")


def load_configuration(directory: Path, overrides: Mapping[str, str] | None = None) -> Configuration:
    """Read a configuration directory; `overrides` (`-o name=value` of a command) lie on top of main.cf."""
    configuration = read_configuration(directory, overrides)
    faults = sorted(_check(configuration), key=lambda fault: (fault.place.path, fault.place.line))
    if faults:
        raise ConfigurationError(*faults)
    return configuration


def read_configuration(directory: Path, overrides: Mapping[str, str] | None = None) -> Configuration:
    """The same without looking at the values: for printing them."""
    complaints: list[Complaint] = []
    faults: list[Complaint] = []
    entries = _gather(lambda: _read_main_cf(directory / "main.cf", complaints), faults)
    rows = _gather(lambda: _read_master_cf(directory / "master.cf", complaints), faults)
    if entries is None or rows is None:
        raise ConfigurationError(*faults)
    on_top = {name: Entry(name, value.strip(), COMMAND_LINE) for name, value in (overrides or {}).items()}
    files = [directory / "main.cf", directory / "master.cf"]
    configuration = Configuration(directory, {**entries, **on_top}, rows, complaints, files)
    classes = configuration.words("smtpd_restriction_classes")
    legal = names_in_use(configuration.entries.values(), rows, classes)
    complaints.extend(unknown_names(configuration.entries.values(), legal))
    for row in rows:
        if row.is_served:
            complaints.extend(unknown_names(row.overrides, legal))
    return configuration


def _gather(read: Callable[[], T], faults: list[Complaint]) -> T | None:
    try:
        return read()
    except ConfigurationError as error:
        faults.extend(error.complaints)
        return None


def _read_main_cf(path: Path, complaints: list[Complaint]) -> Mapping[str, Entry]:
    entries, remarks = parse_main_cf(read_text(path), str(path))
    complaints.extend(remarks)
    return entries


def _read_master_cf(path: Path, complaints: list[Complaint]) -> tuple[MasterRow, ...]:
    if not path.exists():
        cure = "create it with a row such as: smtp inet n - n - - smtpd"
        complaints.append(Complaint("warning", Place(str(path)), "there is no master.cf, so no door is open", cure))
        return ()
    rows, remarks = parse_master_cf(read_text(path), str(path))
    complaints.extend(remarks)
    return rows


def _check(configuration: Configuration) -> Iterator[Complaint]:
    """Read every declared value once, for main.cf alone and for each row that is served; give what is wrong."""
    told: set[Complaint] = set()
    for complaint in _faults_of(configuration):
        told.add(complaint)
        yield complaint
    for row in configuration.rows:
        if not row.is_served:
            continue
        for complaint in _faults_of_row(configuration.for_row(row), row):
            if complaint not in told:
                told.add(complaint)
                yield complaint


def _faults_of_row(view: Configuration, row: MasterRow) -> Iterator[Complaint]:
    yield from _faults_of(view)
    faults: list[Complaint] = []
    _gather(lambda: doors_of(view, row), faults)
    yield from faults


def _faults_of(view: Configuration) -> Iterator[Complaint]:
    faults: list[Complaint] = []
    for known in declared_parameters().values():
        value = _gather(partial(read_parameter, view, known.name), faults)
        if known.kind is Kind.CODE and isinstance(value, int):
            _check_code(view, known, value)
    _gather(lambda: own_addresses(view), faults)
    yield from dict.fromkeys(faults)


def _check_code(view: Configuration, known: Parameter, code: int) -> None:
    if 400 <= code <= 599 or (known.name.startswith("unverified_") and 200 <= code <= 299):
        return
    text = f"{known.name}: {code} refuses nobody: the reply will be 450 4.7.1 Service unavailable"
    complaint = Complaint("warning", view.place(known.name), text, "write a code from 400 to 599")
    if complaint not in view.complaints:
        view.complaints.append(complaint)
