"""The keys of a table, in their order (postfix-semantics 4.1 to 4.3), as observed on a running Postfix."""

import pytest

from gatepost.model.localparts import quote_localpart
from gatepost.policy.lookup_order import (
    address_keys,
    domain_keys,
    mail_address_keys,
    map_address_keys,
    tries_partial_keys,
)


@pytest.mark.parametrize(("name", "expected"), [
    ("a.b.example", "a.b.example b.example example"), ("unknown", "unknown"), ("192.0.2.1", "192.0.2.1"),
    ("[1.2.3.4]", "[1.2.3.4] 2.3.4] 3.4] 4]"), ("a..b", "a..b .b"), ("x.", "x."), (".x.y", ".x.y y"),
])  # fmt: skip
def test_domains(name, expected):
    assert list(domain_keys(name, partial=True)) == expected.split()
    assert list(domain_keys(name, partial=False)) == [name]


def test_domains_with_dotted_parents():
    assert list(domain_keys("a.b.example", partial=True, parents_match=False)) == [
        "a.b.example",
        ".b.example",
        ".example",
    ]


@pytest.mark.parametrize(("address", "expected"), [
    ("192.0.2.44", "192.0.2.44 192.0.2 192.0 192"),
    ("2001:db8::1:2", "2001:db8::1:2 2001:db8::1 2001:db8: 2001:db8 2001"),
    ("::1", "::1 :"),
])  # fmt: skip
def test_addresses(address, expected):
    assert list(address_keys(address, partial=True)) == expected.split()


@pytest.mark.parametrize(("address", "delimiter", "expected"), [
    ("User+Ext@Sub.Foo.Example", "+",
     "user+ext@sub.foo.example user@sub.foo.example sub.foo.example foo.example example user+ext@ user@"),
    ("u@d.example", "", "u@d.example d.example example u@"),
    ("joe q@d", "", '"joe q"@d|joe q@d|d|"joe q"@|joe q@'),
    ("+x@d", "+", "+x@d d +x@"), ("postmaster+x@d", "+", "postmaster+x@d postmaster@d d postmaster+x@ postmaster@"),
    ("u@[1.2.3.4]", "", "u@[1.2.3.4] [1.2.3.4] 2.3.4] 3.4] 4] u@"),
    ("owner-list@d", "-", "owner-list@d d owner-list@"),
])  # fmt: skip
def test_mail_addresses(address, delimiter, expected):
    wanted = expected.split("|") if "|" in expected else expected.split()
    assert list(mail_address_keys(address, partial=True, delimiters=delimiter)) == wanted


def test_pattern_tables_see_the_full_address_only():
    assert list(mail_address_keys("joe q+x@d.example", partial=False, delimiters="+")) == [
        '"joe q+x"@d.example', "joe q+x@d.example"]  # fmt: skip


def test_recipient_maps():
    assert list(map_address_keys("Bob+x@d.example", "+")) == [
        "bob+x@d.example", "bob@d.example", "bob+x", "bob", "@d.example"]  # fmt: skip


@pytest.mark.parametrize(("table", "partial"), [
    ("hash:/x", True), ("texthash:/x", True), ("static:x", True), ("inline:{a=b}", True), ("mysql:/x", True),
    ("regexp:/x", False), ("pcre:/x", False), ("cidr:/x", False), ("tcp:h:1", False), ("proxy:pcre:/x", False),
    ("proxy:mysql:/x", True), ("unionmap:{pcre:/x, hash:/y}", False), ("pipemap:{hash:/y,pcre:/x}", True),
])  # fmt: skip
def test_which_tables_see_derived_keys(table, partial):
    assert tries_partial_keys(table) is partial


@pytest.mark.parametrize(("localpart", "quoted"), [
    ("a.b", "a.b"), ("a..b", '"a..b"'), ("a b", '"a b"'), ('q"q', '"q\\"q"'), ("ü", "ü"), ("", '""'), (".a", '".a"'),
])  # fmt: skip
def test_quoting(localpart, quoted):
    assert quote_localpart(localpart) == quoted
