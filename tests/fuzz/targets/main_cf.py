"""A main.cf with anything in it. Held: values, or complaints with file, line and text; no value takes long to expand.

Each parameter that the text sets is read as its kind has it. One input in 64 is loaded as `gatepost check` loads a
directory, with all that this costs. No name is looked up.
"""

import socket
from pathlib import Path
from unittest import mock
from zlib import crc32

from gatepost.config.configuration import Configuration
from gatepost.config.main_cf import parse_main_cf
from gatepost.config.parameters import declared_parameters
from gatepost.config.reading import read_parameter
from gatepost.model.errors import ConfigurationError
from gatepost.policy.registry import RESTRICTIONS
from gatepost.service.gate import load_gate

MASTER_CF = "127.0.0.1:2525 inet n - n - 0 smtpd\n127.0.0.1:2526 inet n - n - - policyd\n"
WORDS = (
    *declared_parameters(),
    *RESTRICTIONS,
    "$",
    "${",
    "?",
    ":",
    "{",
    "}",
    " = ",
    "\n ",
    "type:name",
    "!",
    "127.0.0.0/8",
)


def one_input(octets: bytes) -> None:
    """One file."""
    directory = Path.cwd()
    try:
        entries, complaints = parse_main_cf(octets.decode("utf-8", "surrogateescape"), "main.cf")
    except ConfigurationError as error:
        hold_complaints(error)
    else:
        assert all(complaint.text for complaint in complaints)
        view = Configuration(directory, entries)
        for name in entries.keys() & declared_parameters().keys():
            try:
                read_parameter(view, name)
            except ConfigurationError as error:
                hold_complaints(error)
    if crc32(octets) % 64 == 0:
        load_whole(directory, octets, MASTER_CF.encode())


def load_whole(directory: Path, main_cf: bytes, master_cf: bytes) -> None:
    """Load a directory with these two files."""
    (directory / "main.cf").write_bytes(main_cf)
    (directory / "master.cf").write_bytes(master_cf)
    with mock.patch.object(socket, "getaddrinfo", side_effect=socket.gaierror(-2, "Name or service not known")):
        try:
            load_gate(directory)
        except ConfigurationError as error:
            hold_complaints(error)


def hold_complaints(error: ConfigurationError) -> None:
    """Every complaint says where and what."""
    assert error.complaints
    assert all(complaint.place.path and complaint.text for complaint in error.complaints)
