"""master.cf: rows, their fields and overrides, and the doors they open."""

import socket
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.config import machine_defaults
from gatepost.config.doors import doors_of, process_limit
from gatepost.config.interfaces import InterfaceAddress, interface_addresses
from gatepost.config.master_cf import MasterRow, parse_master_cf
from gatepost.model.address import parse_ip
from gatepost.model.errors import ConfigurationError


def row_of(text: str) -> MasterRow:
    (row,), _ = parse_master_cf(text, "master.cf")
    return row


def test_fields():
    row = row_of("127.0.0.1:2525 inet n - y 60? 20 smtpd -v\n")
    assert (row.service, row.type, row.command, row.maxproc, row.wakeup) == (
        "127.0.0.1:2525",
        "inet",
        "smtpd",
        20,
        "60?",
    )
    assert (row.is_private, row.is_unprivileged, row.is_chrooted, row.is_verbose) == (False, True, True, True)


def test_dashes_are_defaults():
    row = row_of("x unix - - - - - smtpd\n")
    assert (row.is_private, row.is_unprivileged, row.is_chrooted, row.maxproc) == (True, True, None, None)


@pytest.mark.parametrize(
    ("arguments", "overrides"),
    [
        ("-o a=b", {"a": "b"}),
        ("-oa=b", {"a": "b"}),
        ("-v -o a=b -o c=", {"a": "b", "c": ""}),
        ("-o { a = b c, { d e } }", {"a": "b c, { d e }"}),
        ("-o\n  a=b\n  # comment\n  -o c=d", {"a": "b", "c": "d"}),
        ("-o a=x=y", {"a": "x=y"}),
        ("flags=R argv=/bin/x -o {oops", {}),
    ],
)
def test_overrides(arguments, overrides):
    row = row_of(f"25 inet n - n - - smtpd {arguments}\n")
    assert {entry.name: entry.value for entry in row.overrides} == overrides


def test_rows_that_are_not_served_are_passed_over_with_a_notice():
    rows, complaints = parse_master_cf("25 inet n - n - - smtpd\nqmgr unix n - n 300 1 qmgr\n", "master.cf")
    assert [row.is_served for row in rows] == [True, False]
    assert [complaint.severity for complaint in complaints] == ["notice"]


def test_overrides_lie_on_top_of_main_cf_for_their_row_only(configure):
    configuration = configure(
        "smtpd_helo_required = no\nmua = permit_sasl_authenticated, reject\n",
        "25 inet n - n - - smtpd\n"
        "587 inet n - n - 7 smtpd\n  -o smtpd_helo_required=yes -o smtpd_client_restrictions=$mua\n"
        "  -o syslog_name=postfix/$service_name\n",
    )
    plain, submission = (configuration.for_row(row) for row in configuration.rows)
    assert not plain.yes("smtpd_helo_required")
    assert submission.yes("smtpd_helo_required")
    assert submission.words("smtpd_client_restrictions") == ("permit_sasl_authenticated", "reject")
    assert submission.text("syslog_name") == "postfix/587"
    assert submission.place("smtpd_helo_required").line == 2
    assert [process_limit(configuration, row) for row in configuration.rows] == [100, 7]


DOORS = {
    "127.0.0.1:2525": [("127.0.0.1", 2525)],
    "127.0.0.1:smtp": [("127.0.0.1", 25)],
    "[::1]:submission": [("::1", 587)],
    "localhost:smtps": [("localhost", 465)],
    "submissions": [("192.0.2.2", 465), ("fd00::2", 465)],
}


@pytest.mark.parametrize(("service", "expected"), DOORS.items())
def test_doors(configure, service, expected):
    configuration = configure("inet_interfaces = 192.0.2.2, [fd00::2]\n", f"{service} inet n - n - - smtpd\n")
    doors = doors_of(configuration, configuration.rows[0])
    assert [(door.host, door.port) for door in doors] == expected


@pytest.mark.parametrize(
    ("protocols", "hosts"), [("all", ["0.0.0.0", "::"]), ("ipv4", ["0.0.0.0"]), ("ipv6", ["::"])]
)
def test_all_interfaces_are_one_door_per_protocol(configure, monkeypatch, protocols, hosts):
    known = tuple(InterfaceAddress(parse_ip(text), 8) for text in ("127.0.0.1", "::1"))
    monkeypatch.setattr(machine_defaults, "interface_addresses", lambda: known)
    configuration = configure(f"inet_protocols = {protocols}\n", "smtp inet n - n - - smtpd\n")
    assert [door.host for door in doors_of(configuration, configuration.rows[0])] == hosts


def test_a_machine_without_ipv6_has_no_ipv6_door(configure, monkeypatch):
    monkeypatch.setattr(
        machine_defaults, "interface_addresses", lambda: (InterfaceAddress(parse_ip("127.0.0.1"), 8),)
    )
    configuration = configure("", "smtp inet n - n - - smtpd\n")
    assert [door.host for door in doors_of(configuration, configuration.rows[0])] == ["0.0.0.0"]


def test_unix_doors_lie_under_the_queue_directory(configure):
    configuration = configure("queue_directory = /q\n", "a unix - - n - - smtpd\nb unix n - n - - smtpd\n")
    paths = [doors_of(configuration, row)[0].path for row in configuration.rows]
    assert paths == ["/q/private/a", "/q/public/b"]


def test_the_kernel_tells_the_loopback_address():
    known = interface_addresses()
    assert any(address.is_loopback and address.prefix_length == 8 for address in known)


def test_without_a_kernel_that_answers_there_is_still_loopback(monkeypatch):
    monkeypatch.delattr(socket, "AF_NETLINK")
    assert [known.address.text for known in interface_addresses()] == ["127.0.0.1", "::1"]


FIELDS = st.sampled_from(
    ["smtp", "inet", "unix", "n", "y", "-", "0", "10?", "smtpd", "-o", "-v", "{", "}", "a=b", "\n ", "\n"]
)


@given(st.lists(FIELDS, max_size=25).map(" ".join))
def test_no_text_raises_anything_else(text):
    with suppress(ConfigurationError):
        parse_master_cf(text, "master.cf")
