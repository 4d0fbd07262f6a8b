"""Settings and match lists made from a configuration."""

from dataclasses import fields

import pytest

from gatepost.config.declaration import Kind
from gatepost.config.match_lists import MATCH_LISTS, read_match_list
from gatepost.config.parameters import declared_parameters
from gatepost.config.policy_settings import WORKED_OUT, build_settings
from gatepost.model.address import parse_ip
from gatepost.model.errors import ConfigurationError
from gatepost.model.match_list import MatchList
from gatepost.model.settings import Settings

FIELD_KINDS = {
    "str": {Kind.TEXT, Kind.CHOICE},
    "bool": {Kind.YES_NO},
    "int": {Kind.NUMBER, Kind.CODE, Kind.TIME},
    "tuple[str, ...]": {Kind.TABLES, Kind.WORDS},
    "MatchList": set(MATCH_LISTS),
}


def test_every_setting_is_a_declared_parameter_of_its_type():
    for field in fields(Settings):
        if field.name not in WORKED_OUT:
            kind = field.type if isinstance(field.type, str) else getattr(field.type, "__name__", "")
            kind = str(field.type) if kind == "tuple" else kind
            assert declared_parameters()[field.name].kind in FIELD_KINDS[kind], field.name


def test_the_defaults_of_settings_are_those_of_the_configuration(configure):
    built = build_settings(configure("myhostname = localhost.localdomain\nmydestination =\nmynetworks =\n"))
    unlike = {
        field.name
        for field in fields(Settings)
        if getattr(built, field.name) != getattr(Settings(), field.name) and field.name not in WORKED_OUT
    }
    parents = {name for name in unlike if isinstance(getattr(built, name), MatchList)}
    assert all(not getattr(built, name).patterns for name in parents)
    assert unlike - parents == {"local_recipient_maps", "default_rbl_reply"}  # Settings cannot know these two


def test_settings_of_the_guide(configure):
    built = build_settings(
        configure(
            "myhostname = mx.example.com\nmynetworks = 127.0.0.0/8, [2001:db8::]/32, !10.1.1.1 10.0.0.0/8\n"
            "unknown_client_reject_code = 554\nrelay_domains = customer.example hash:/etc/relay\n"
            "inet_interfaces = 192.0.2.2\nproxy_interfaces = 198.51.100.7, [2001:DB8::1]\n"
            "smtpd_restriction_classes = gentle\ngentle = permit_mynetworks\nrecipient_delimiter = +-\n"
        )
    )
    assert built.unknown_client_reject_code == 554
    assert built.own_addresses == {"192.0.2.2", "198.51.100.7", "2001:db8::1"}
    assert built.restriction_classes == {"gentle": "permit_mynetworks"}
    assert built.recipient_delimiter == "+-"
    assert built.address_verify_sender == "double-bounce@mx.example.com"
    assert [pattern.is_negated for pattern in built.mynetworks.patterns] == [False, False, True, False]
    assert built.mynetworks.parents_match
    assert not built.mydestination.parents_match
    assert [pattern.text for pattern in built.mydestination.patterns][:1] == ["mx.example.com"]
    assert built.relay_domains.patterns[1].table == "hash:/etc/relay"
    assert {"\t", " ", "\\", "~"} <= set(built.smtpd_expansion_filter)


@pytest.mark.parametrize(
    ("style", "networks"),
    [
        ("host", "127.0.0.1/32 192.0.2.2/32 [::1]/128 [fd00::2]/128"),
        ("subnet", "127.0.0.0/8 192.0.2.0/24 [::1]/128 [fd00::]/64"),
        ("class", "127.0.0.0/8 192.0.2.0/24 [::1]/128 [fd00::]/64"),
    ],
)
def test_mynetworks_by_style(configure, monkeypatch, style, networks):
    from gatepost.config import machine_defaults
    from gatepost.config.interfaces import InterfaceAddress

    own = (("127.0.0.1", 8), ("192.0.2.2", 24), ("::1", 128), ("fd00::2", 64))
    known = tuple(InterfaceAddress(parse_ip(text), length) for text, length in own)
    monkeypatch.setattr(machine_defaults, "interface_addresses", lambda: known)
    assert configure(f"mynetworks_style = {style}\n").text("mynetworks") == networks


def test_a_file_stands_for_its_elements(configure, tmp_path):
    (tmp_path / "more").write_text("192.0.2.0/24\n")
    (tmp_path / "nets").write_text(f"# ours\n10.0.0.0/8 !172.16.0.1\n 198.51.100.1 # the gate\n{tmp_path}/more\n")
    configuration = configure(f"mynetworks = 127.0.0.1 !{tmp_path}/nets\n")
    patterns = read_match_list(configuration, "mynetworks").patterns
    assert [("!" if pattern.is_negated else "") + pattern.text for pattern in patterns] == [
        "127.0.0.1",
        "!10.0.0.0/8",
        "172.16.0.1",
        "!198.51.100.1",
        "!192.0.2.0/24",
    ]
    assert {path.name for path in configuration.files} == {"main.cf", "master.cf", "nets", "more"}
    assert [complaint.place.line for complaint in configuration.complaints] == [3]


def test_a_file_that_names_itself_is_a_fault_where_it_ends(configure, tmp_path):
    (tmp_path / "loop").write_text(f"10.0.0.0/8 {tmp_path}/loop\n")
    patterns = read_match_list(configure(f"mynetworks = {tmp_path}/loop\n"), "mynetworks").patterns
    assert "files within files" in patterns[-1].fault


def test_a_domain_list_holds_no_networks(configure):
    configuration = configure("mydestination = 10.0.0.1 [192.0.2.1] a/b Example.COM\n")
    patterns = read_match_list(configuration, "mydestination").patterns
    assert [pattern.text for pattern in patterns] == ["10.0.0.1", "[192.0.2.1]", "a/b", "example.com"]
    assert all(pattern.network is None and not pattern.fault for pattern in patterns)


@pytest.mark.parametrize(
    ("element", "cure"), [("::1", "write [::1]"), (":x", "write type:name"), ("x:", "write type:name")]
)
def test_what_postfix_dies_of_is_refused_with_the_cure(configure, element, cure):
    with pytest.raises(ConfigurationError) as raised:
        configure(f"mynetworks = 127.0.0.1 {element}\n")
    assert [complaint.cure for complaint in raised.value.complaints] == [cure]
