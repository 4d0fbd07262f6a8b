"""The declarations against Postfix's own defaults."""

import os
import subprocess
from pathlib import Path

import pytest

from gatepost.config.configuration import Configuration
from gatepost.config.machine_defaults import COMPUTED
from gatepost.config.parameters import declared_parameters, default_values, differences, is_own, postfix_facts, since
from gatepost.config.postconf_lines import Listing, lines

DIFFERENCES = {
    "postscreen_greet_action": "drop",
    "postscreen_greet_wait": "0s",
    "smtp_tls_mandatory_protocols": ">=TLSv1.2",
    "smtp_tls_protocols": ">=TLSv1.2",
    "smtpd_forbid_bare_newline": "normalize",
    "smtpd_forbid_bare_newline_exclusions": "",
    "smtpd_forbid_unauth_pipelining": "yes",
    "smtpd_tls_mandatory_protocols": ">=TLSv1.2",
    "smtpd_tls_protocols": ">=TLSv1.2",
}
"""The closed list: docs/differences.md tells why. One more needs a reason and an entry here."""

OWN = {
    "address_verify_connection_limit",
    "address_verify_deadline",
    "address_verify_deferred_expire_time",
    "anvil_store",
    "dns_cache_limit",
    "dns_deadline",
    "dns_nameservers",
    "greylist_auto_allow_clients",
    "greylist_client_exceptions",
    "greylist_client_pools",
    "greylist_deadline",
    "greylist_delay",
    "greylist_delay_ceiling",
    "greylist_ipv4_prefix_length",
    "greylist_ipv6_prefix_length",
    "greylist_max_age",
    "greylist_recipient_exceptions",
    "greylist_retry_window",
    "greylist_sender_exceptions",
    "greylist_store",
    "greylist_tempfail_action",
    "greylist_text",
    "greylist_training",
    "maildir_directory",
    "policyd_connection_limit",
    "policyd_deadline",
    "policyd_restrictions",
    "policyd_timeout",
    "qmqpd_restrictions",
    "rbl_answer_guard",
    "reload_grace_time",
    "shutdown_grace_time",
    "smtpd_client_ipv4_prefix_length",
    "smtpd_client_ipv6_prefix_length",
    "smtpd_look_ahead",
    "smtpd_sasl_failure_delay",
    "smtpd_sasl_users_file",
    "smtpd_upstream_proxy_hosts",
    "trust_guard",
    "trust_guard_gateways",
    "worker_processes",
}


def test_differences_from_postfix_are_a_closed_list_with_reasons():
    assert {known.name: known.default for known, _ in differences()} == DIFFERENCES
    assert all(known.because for known, _ in differences())


def test_a_declaration_gives_a_default_only_where_it_has_its_own():
    for known in declared_parameters().values():
        assert (known.default is not None) == (is_own(known.name) or known.name in DIFFERENCES), known.name
        assert bool(known.because) == (known.name in DIFFERENCES), known.name
        assert known.manual.endswith((".", '".')), known.name


def test_own_parameters():
    assert {name for name in declared_parameters() if is_own(name)} == OWN
    assert since("rbl_answer_guard") == "Gatepost 0.1"
    assert since("smtpd_relay_before_recipient_restrictions") == "Postfix 3.6"


def test_defaults_can_be_read(configure):
    configuration = configure()
    assert not configuration.complaints
    assert all(isinstance(configuration.text(name), str) for name in default_values())


def defaults_of_postfix(directory: Path) -> dict[str, str]:
    os.utime(directory / "main.cf", (0, 0))  # postconf waits 2 s for a main.cf that has just been written
    output = subprocess.run(
        ["postconf", "-d", "-c", str(directory)], capture_output=True, text=True, check=True
    ).stdout
    return {name: value.strip() for name, _, value in (line.partition(" =") for line in output.splitlines())}


@pytest.mark.peer("postconf")
@pytest.mark.parametrize(
    "master",
    ["smtp inet n - n - - smtpd\n", "a unix - - n - - pipe argv=x\nb unix - - n - - lmtp\nc unix - n n - - spawn\n"],
)
def test_defaults_are_those_of_postfix(configure, tmp_path, master):
    configuration: Configuration = configure("", master)
    listing = Listing(configuration)
    ours = dict(line.split(" =", 1) for line in lines(listing, listing.default_names(), "default", only_values=False))
    theirs = defaults_of_postfix(tmp_path)
    moving = {*DIFFERENCES, *COMPUTED, "config_directory", "meta_directory", "sample_directory"}
    unlike = {name for name in theirs if name not in moving and ours.get(name, "?").strip() != theirs[name]}
    assert not unlike
    assert set(ours) - set(theirs) == OWN
    assert set(postfix_facts()) <= set(theirs)


@pytest.mark.peer("postconf")
def test_what_depends_on_the_machine_is_worked_out_alike(configure, tmp_path):
    (tmp_path / "main.cf").write_text("")
    theirs = defaults_of_postfix(tmp_path)
    configuration = configure("compatibility_level = 0\n")
    names = ("myhostname", "mydomain", "mynetworks")
    assert {name: configuration.text(name) for name in names} == {name: theirs[name] for name in names}
