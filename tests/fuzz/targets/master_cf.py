"""A master.cf with anything in it. Held: rows and their addresses, or complaints with file, line and text."""

import socket
from pathlib import Path
from unittest import mock
from zlib import crc32

from gatepost.config.configuration import Configuration
from gatepost.config.doors import doors_of, process_limit
from gatepost.config.master_cf import parse_master_cf
from gatepost.model.errors import ConfigurationError
from tests.fuzz.targets.main_cf import hold_complaints, load_whole

MAIN_CF = "myhostname = gate.example.com\nmaildir_directory = /nowhere\ninet_interfaces = 127.0.0.1\n"
WORDS = (
    "smtp",
    " inet ",
    " unix ",
    " n ",
    " - ",
    " smtpd",
    " qmqpd",
    " policyd",
    "\n  -o ",
    "{",
    "}",
    "[::1]:25",
    "host:port",
)


def one_input(octets: bytes) -> None:
    """One file."""
    try:
        rows, complaints = parse_master_cf(octets.decode("utf-8", "surrogateescape"), "master.cf")
    except ConfigurationError as error:
        hold_complaints(error)
        return
    assert all(complaint.text for complaint in complaints)
    for row in rows:
        if row.is_served:
            view = Configuration(Path.cwd(), {}).for_row(row)
            try:
                with mock.patch.object(socket, "getaddrinfo", side_effect=socket.gaierror(-2, "not known")):
                    doors_of(view, row)
                process_limit(view, row)
            except ConfigurationError as error:
                hold_complaints(error)
    if crc32(octets) % 64 == 0:
        load_whole(Path.cwd(), MAIN_CF.encode(), octets)
