"""dns_nameservers, /etc/resolv.conf, /etc/hosts and host names: texts in, values out."""

import os
from pathlib import Path

import pytest

from gatepost.world.names.hostname import askable
from gatepost.world.names.local_files import LOOK_EVERY_S, FollowedFile, HostsFile, read_resolv_conf
from gatepost.world.names.names import Names
from gatepost.world.names.nameservers import Nameserver, parse_nameservers


@pytest.mark.parametrize(
    ("text", "servers"),
    [
        ("", ()),
        ("192.0.2.1", (Nameserver("192.0.2.1", 53),)),
        ("192.0.2.1:5353, 192.0.2.2", (Nameserver("192.0.2.1", 5353), Nameserver("192.0.2.2", 53))),
        ("[2001:db8::1]:5353 2001:db8::2 [::1]", (("2001:db8::1", 5353), ("2001:db8::2", 53), ("::1", 53))),
    ],
)
def test_nameservers(text, servers):
    assert parse_nameservers(text) == servers


@pytest.mark.parametrize(
    "text", ["dns.example", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "[::1", "[::1]5353", "192.0.2.1:x", "::g"]
)
def test_bad_nameservers_say_what_to_write(text):
    with pytest.raises(ValueError, match=r"write"):
        Names(text)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("nameserver 192.0.2.1\nnameserver 192.0.2.2 # second\n", ["192.0.2.1", "192.0.2.2"]),
        ("# nothing\nsearch example.com\noptions ndots:2 timeout:1\n", ["127.0.0.1"]),
        ("nameserver fe80::1%lo\n", ["fe80::1%lo"]),
        ("nameserver not-an-address\nnameserver 192.0.2.9\n", ["192.0.2.9"]),
        ("", ["127.0.0.1"]),
        ("\x00\xff nonsense \n options timeout:x\n", ["127.0.0.1"]),
    ],
)
def test_resolv_conf(text, addresses):
    assert [server.address for server in read_resolv_conf(text)] == addresses


def test_hosts_file_is_read_and_followed(tmp_path: Path):
    now = 0.0
    path = tmp_path / "hosts"
    path.write_text("192.0.2.1 one.example one # first\nbad line\n192.0.2.1 other.example\n2001:DB8::1 one.example\n")
    hosts = HostsFile(path, lambda: now)
    assert hosts.name_of(bytes([192, 0, 2, 1])) == "one.example"
    assert hosts.addresses_of("ONE", 4) == (bytes([192, 0, 2, 1]),)
    assert [len(a) for a in hosts.addresses_of("one.example", 16)] == [16]
    path.write_text("192.0.2.1 two.example\n")
    assert hosts.name_of(bytes([192, 0, 2, 1])) == "one.example"  # not looked at again so soon
    now += LOOK_EVERY_S
    assert hosts.name_of(bytes([192, 0, 2, 1])) == "two.example"
    path.unlink()
    now += LOOK_EVERY_S
    assert hosts.name_of(bytes([192, 0, 2, 1])) is None


def test_a_followed_file_is_news_once(tmp_path: Path):
    now = 0.0
    path = tmp_path / "file"
    path.write_text("one")
    file = FollowedFile(path, lambda: now)
    assert file.news() == "one"
    now += LOOK_EVERY_S
    assert file.news() is None
    replacement = tmp_path / "new"
    replacement.write_text("two")
    os.replace(replacement, path)  # noqa: PTH105 -- as an administrator's tool does it
    now += LOOK_EVERY_S
    assert file.news() == "two"


@pytest.mark.parametrize(
    ("name", "is_valid"),
    [
        ("a", True),
        ("a_b.example-x.c", True),
        ("_dmarc.example", True),
        ("1.2.3.4.zen.example", True),
        ("1.2.3.4", False),
        ("12", False),
        ("", False),
        (".", False),
        ("a.", False),
        ("a..b", False),
        ("-a.b", False),
        ("a-.b", False),
        ("a b", False),
        ("a\n", False),
        ("x" * 63 + ".b", True),
        ("x" * 64 + ".b", False),
        ("::1", False),
        (".".join(["x" * 50] * 5), True),
        (".".join(["x" * 51] * 5), False),
    ],
)
def test_hostnames(name, is_valid):

    assert (askable(name) is not None) is is_valid


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("Example.COM", "example.com"),
        ("b\u00fccher.example", "xn--bcher-kva.example"),
        ("\u00fc" * 300, None),
        ("a\u3002\u3002b", None),
        ("\ud800.example", None),
    ],
)
def test_askable(name, asked):
    assert askable(name) == asked
