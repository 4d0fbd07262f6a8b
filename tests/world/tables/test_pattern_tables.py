"""regexp, pcre and cidr beyond what postmap can judge: sources, findings, bounds, engines."""

import random
import resource
import time
import timeit
from ipaddress import ip_network

import pytest

from gatepost.model.answer import NOT_FOUND, Found, Unavailable
from gatepost.world.tables import load_table
from gatepost.world.tables.posix_regex import EXTENDED, OCTETS_PER_COMPILE, PosixPattern


def load(tmp_path, text, kind):
    (tmp_path / "t").write_text(text)
    return load_table(f"{kind}:t", base=tmp_path)


GUIDE_HELO = r"""
/^mail\.example\.com$/           550 Don't use my own hostname
/^192\.0\.2\.1$/                 550 Don't use my own IP address
/^\[192\.0\.2\.1\]$/             550 Don't use my own IP address
/^[0-9.]+$/                      550 Your software is not RFC 2821 compliant
/^[0-9]+(\.[0-9]+){3}$/          550 Your software is not RFC 2821 compliant
/^(localhost)(\.localdomain)?$/  550 You are not $1
"""


@pytest.mark.parametrize("kind", ["regexp", "pcre"])
def test_the_guides_helo_table(tmp_path, kind):
    table = load(tmp_path, GUIDE_HELO, kind)
    assert table.complaints == ()
    assert table.find("MAIL.example.COM") == Found("550 Don't use my own hostname")
    assert table.find("mail.example.com").source == f"{tmp_path}/t:2"
    assert table.find("LocalHost") == Found("550 You are not LocalHost")
    assert table.find("localhost.localdomain").source == f"{tmp_path}/t:7"
    assert table.find("mx.example.org") == NOT_FOUND
    best = min(timeit.repeat(lambda: table.find("mta-12.out.some-sender.example.net"), number=200, repeat=20)) / 200
    assert best < 100e-6, "about 3 µs on a quiet machine; the budget is 10"


@pytest.mark.parametrize("kind", ["regexp", "pcre"])
def test_a_rule_in_error_is_told_with_its_line(tmp_path, kind):
    table = load(tmp_path, "/a/ A\n/[/ bad\n/c/q bad\n/d/\n/(e)/ $2\nif /[/\n/f/ F\nendif\n", kind)
    assert [(c.place.line, c.severity) for c in table.complaints] == [(n, "warning") for n in (2, 3, 4, 5, 6, 8)]
    assert "its rules hold for every key" in table.complaints[4].text
    assert table.find("f") == Found("F")
    assert table.find("d") == Found("")


@pytest.mark.parametrize("kind", ["regexp", "pcre"])
def test_rules_in_the_name_say_which_rule(kind):
    table = load_table(f"{kind}:{{ {{/a/ A}}, {{/b(.)/ B $1}} }}")
    assert table.find("bx") == Found("B x")
    assert table.find("bx").source == f"{kind}:{{ {{/a/ A}}, {{/b(.)/ B $1}} }}:2"
    assert table.files == ()


def test_a_key_of_octets_meets_octets():
    for kind in ("regexp", "pcre"):
        table = load_table(f"{kind}:{{ {{/^.x$/ one octet and x}} }}", smtputf8=False)
        assert table.find("\udcffx") == Found("one octet and x")
        assert table.find("äx") == NOT_FOUND
        assert load_table(f"{kind}:{{ {{/x/ X}} }}").find("\udcffx") == NOT_FOUND


def test_a_group_that_splits_a_character_is_no_value():
    table = load_table("regexp:{ {/^(.)/ $1} }")
    assert isinstance(table.find("ä"), Unavailable)


# -- bounds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", [r"^(a+)+$", r"^(a|aa)+$", r"^(a|a?)+$", r"(.*)*(.*)*(.*)*=", r"^(?:a(?R)?)+b"])
def test_a_costly_perl_pattern_is_stopped(pattern):
    table = load_table(f"pcre:{{ {{/{pattern}/ X}} }}")
    started = time.process_time()
    answer = table.find("a" * 2000 + "!")
    assert time.process_time() - started < 2, "about 5 ms on a quiet machine; unbounded it is years"
    assert isinstance(answer, Unavailable) or answer == NOT_FOUND
    assert table.find("b") == NOT_FOUND


@pytest.mark.parametrize("pattern", ["a" + "+" * 100, "(" * 60 + "a" + "+)" * 60 + "+", "((a{999}){999}){999}",
                                     "a{9000}" * 2, "x{0,32767}b"])  # fmt: skip
def test_a_pattern_that_would_fill_the_memory_is_refused(tmp_path, pattern):
    table = load(tmp_path, f"/{pattern}/ X\n/b/ Y\n", "regexp")
    [complaint] = table.complaints
    assert "its repetitions come to more than 10000 pieces" in complaint.text
    assert table.find("b") == Found("Y")


@pytest.mark.parametrize("pattern", ["a++b", "((a+)+)+b", "^([0-9]{1,3}[.]){3}|a{3}b$", "x{0,3000}aaab"])
def test_repetitions_that_people_write_are_taken(tmp_path, pattern):
    table = load(tmp_path, f"/{pattern}/ X\n", "regexp")
    assert table.find("aaab") == Found("X")


def test_the_limit_says_which_rule(tmp_path):
    table = load(tmp_path, "/x/ X\n/^(a+)+$/ Y\n", "pcre")
    assert table.find("a" * 100 + "!") == Unavailable(f"{tmp_path}/t:2: match limit exceeded")


def test_a_pattern_cannot_raise_its_limit():
    table = load_table("pcre:{ {/(*LIMIT_MATCH=4000000000)^(a+)+$/ X} }")
    assert isinstance(table.find("a" * 100 + "!"), Unavailable)


def test_a_back_reference_takes_short_keys_only():
    table = load_table(r"regexp:{ {/^(.+)@\1$/ same} }")
    assert table.find("x@x") == Found("same")
    assert isinstance(table.find("x" * 256), Unavailable)
    assert r"back-reference" in str(table.complaints)
    assert load_table(r"regexp:{ {/^\\1$/ a backslash and 1} }").complaints == ()


def test_a_posix_pattern_with_many_states_stays_small():
    """Without renewal each of these keys costs about 1 MB for good."""
    table = load_table("regexp:{ {/^.*x.{20}$/ X} }")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(300):
        table.find(f"{number:0128b}".replace("0", "x").replace("1", "y") + "y" * 21)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000, "KiB"


def test_a_renewed_pattern_is_the_same_pattern():
    pattern = PosixPattern(b"^(a)(b)?", EXTENDED, wants_groups=True)
    for _ in range(3):
        assert pattern.matches(b"ab") and not pattern.matches(b"ba")
        assert list(pattern.groups(b"a")) == [b"a", b""]
        pattern.matches(b"x" * OCTETS_PER_COMPILE)


# -- networks --------------------------------------------------------------------------------------------------------


def test_the_first_network_decides_not_the_narrowest(tmp_path):
    table = load(tmp_path, "10.0.0.0/8 wide\n10.1.0.0/16 narrow\n10.0.0.0/8 again\n::/0 v6\n", "cidr")
    assert table.find("10.1.2.3") == Found("wide")
    assert table.find("10.1.2.3").source == f"{tmp_path}/t:1"
    assert table.find("::1") == Found("v6")
    assert table.find("10.1.2.3.4") == NOT_FOUND and table.find("example.com") == NOT_FOUND


def test_the_cure_for_host_bits(tmp_path):
    table = load(tmp_path, "192.0.2.1/24 x\nif 192.0.2.1/24\n1.2.3.4 y\nendif\n", "cidr")
    assert "write 192.0.2.0/24" in table.complaints[0].cure
    assert "its rules hold for every address" in table.complaints[1].text
    assert table.find("1.2.3.4") == Found("y")


@pytest.mark.parametrize("seed", range(8))
def test_nested_networks_answer_as_one_after_another(tmp_path, seed):
    dice = random.Random(seed)
    spaces = [ip_network("10.0.0.0/24"), ip_network("2001:db8::/120")]
    rules = []
    for number in range(120):
        space = dice.choice(spaces)
        length = dice.randint(space.prefixlen - 2, space.max_prefixlen)
        network = ip_network((space[dice.randrange(256)], length), strict=False)
        rules.append(("!" if dice.random() < 0.02 else "", network, f"rule {number}"))
    table = load(tmp_path, "".join(f"{sign}{network} {answer}\n" for sign, network, answer in rules), "cidr")
    for space in spaces:
        for address in space:
            hits = (a for s, n, a in rules if n.version == address.version and (address in n) is not bool(s))
            first = next(hits, None)
            assert table.find(str(address)) == (NOT_FOUND if first is None else Found(first)), address


def test_ten_thousand_networks(tmp_path):
    table = load(tmp_path, "".join(f"10.{n >> 8}.{n & 255}.0/24 net {n}\n" for n in range(10_000)), "cidr")
    assert table.find("10.39.15.7") == Found("net 9999")
    best = min(timeit.repeat(lambda: table.find("11.0.0.1"), number=100, repeat=20)) / 100
    assert best < 200e-6, "about 1 µs on a quiet machine: not a walk over all of them"
