"""Parameters of Postfix that main.cf sets and this version of Gatepost does not carry out: told, not ignored.

Only those that would change what the SMTP door does are told of: the smtpd_ and address_verify_ parameters and
whatever else is declared (config/parameters.py). What belongs to other programs of Postfix (its queue, its delivery
agents) is none of our business.
"""

from collections.abc import Iterator
from dataclasses import fields

from gatepost.config.configuration import Configuration
from gatepost.config.parameters import declared_parameters, postfix_facts
from gatepost.model.errors import Complaint
from gatepost.model.settings import Settings
from gatepost.policy.address_verification import VerifyTerms
from gatepost.policy.language.parse import LIST_KINDS
from gatepost.service.address_verification import READ_HERE
from gatepost.wire.qmqp.settings import QmqpSettings
from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.world.net.next_hop import NextHopSettings

READ_BY_NAME = frozenset(
    {
        "alias_maps", "compatibility_level", "data_directory", "default_process_limit", "dns_cache_limit",
        "dns_deadline", "dns_nameservers", "greylist_deadline", "inet_interfaces", "inet_protocols",
        "known_tcp_ports", "mail_owner", "maildir_directory", "maillog_file", "mynetworks_style", "parent_domain_matches_subdomains",
        "policyd_connection_limit", "policyd_deadline", "policyd_restrictions", "policyd_timeout",
        "proxy_interfaces", "qmqpd_restrictions", "queue_directory", "reject_tempfail_action", "reload_grace_time", "shutdown_grace_time",
        "smtpd_peername_lookup", "smtpd_proxy_filter", "smtpd_restriction_classes", "syslog_facility", "syslog_name",
        "trust_guard", "trust_guard_gateways",
        "worker_processes",
    }
)  # fmt: skip
"""What is read by its name rather than as a field of one of the records."""

HALF_USED = frozenset({"smtpd_sasl_auth_enable"})
"""What restrictions read, though the door does not carry it out: AUTH is not offered."""

USED = READ_BY_NAME.union(
    READ_HERE,
    *(
        {field.name for field in fields(record)}
        for record in (Settings, SmtpSettings, QmqpSettings, NextHopSettings, VerifyTerms)
    ),
    {kind.parameter for kind in LIST_KINDS},
).difference(HALF_USED)


def unused_parameters(configuration: Configuration) -> Iterator[Complaint]:
    """One warning for each parameter that is set to something other than its default and not carried out."""
    for name, entry in configuration.entries.items():
        if name in USED or not (name.startswith(("smtpd_", "address_verify_")) or name in declared_parameters()):
            continue
        if name in postfix_facts() and configuration.text(name) != (configuration.default_value(name) or ""):
            yield Complaint("warning", entry.place, f"{name} is not carried out by this version of Gatepost")
