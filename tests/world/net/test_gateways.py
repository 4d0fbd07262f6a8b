"""Default gateways as /proc tells of them."""

import sys

import pytest

from gatepost.world.net.gateways import default_gateways

HEADING = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
IPV4 = HEADING + (
    "eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    "eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
    "eth1\t0000A8C0\t0101A8C0\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
    "tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n"
)
ZERO = "0" * 32
IPV6 = (
    f"{ZERO} 00 {ZERO} 00 fd4d0000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"
    f"fd4d{'0' * 28} 40 {ZERO} 00 {ZERO} 00000100 00000001 00000000 00000001     eth0\n"
    f"{ZERO} 00 {ZERO} 00 {ZERO} ffffffff 00000001 00000000 00200200       lo\n"
)


@pytest.mark.skipif(sys.byteorder != "little", reason="the lines above are those of a little-endian machine")
def test_the_default_routes_alone_count(tmp_path):
    (tmp_path / "route").write_text(IPV4)
    (tmp_path / "ipv6_route").write_text(IPV6)
    assert default_gateways(tmp_path / "route", tmp_path / "ipv6_route") == {"172.17.0.1", "fd4d::1"}


@pytest.mark.parametrize("text", ["", HEADING, "eth0 zz", "\udcff", "eth0\t0\t1\n" * 3, "a b c d e f g h i"])
def test_what_cannot_be_read_has_none(tmp_path, text):
    (tmp_path / "route").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert default_gateways(tmp_path / "route", tmp_path / "none") == frozenset()
