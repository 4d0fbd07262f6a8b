"""Parameters of Postfix that main.cf sets and this version of Gatepost does not carry out: told, not ignored.

Only those that would change what the SMTP door does are told of: the smtpd_ and address_verify_ parameters and
whatever else is declared (config/parameters.py). What belongs to other programs of Postfix (its queue, its delivery
agents) is none of our business.
"""

from collections.abc import Iterator
from dataclasses import fields

from gatepost.config.configuration import Configuration
from gatepost.config.declared.tls_client import TLS_CLIENT
from gatepost.config.declared.tls_server import TLS_SERVER
from gatepost.config.parameters import declared_parameters, postfix_facts
from gatepost.model.errors import Complaint
from gatepost.model.settings import Settings
from gatepost.policy.address_verification import VerifyTerms
from gatepost.policy.language.parse import LIST_KINDS
from gatepost.service.address_verification import READ_HERE
from gatepost.service.client_limits import LimitTerms
from gatepost.wire.qmqp.settings import QmqpSettings
from gatepost.wire.smtp.settings import SmtpSettings
from gatepost.world.logins.settings import SaslSettings
from gatepost.world.net.next_hop import NextHopSettings

READ_BY_NAME = frozenset(
    """
    alias_maps anvil_store compatibility_level data_directory default_process_limit dns_cache_limit
    dns_deadline dns_nameservers greylist_deadline inet_interfaces inet_protocols known_tcp_ports mail_owner
    maildir_directory maillog_file mynetworks_style parent_domain_matches_subdomains policyd_connection_limit
    policyd_deadline policyd_restrictions policyd_timeout postscreen_greet_action postscreen_greet_banner
    postscreen_greet_wait proxy_interfaces qmqpd_restrictions queue_directory reject_tempfail_action
    reload_grace_time shutdown_grace_time smtpd_peername_lookup smtpd_proxy_filter smtpd_restriction_classes
    smtpd_upstream_proxy_protocol smtpd_upstream_proxy_timeout syslog_facility syslog_name trust_guard
    trust_guard_gateways worker_processes
    """.split()  # noqa: SIM905 -- forty lines of one name each would say no more
)
"""What is read by its name rather than as a field of one of the records."""

USED = READ_BY_NAME.union(
    READ_HERE,
    *(
        {field.name for field in fields(record)}
        for record in (Settings, SmtpSettings, QmqpSettings, NextHopSettings, SaslSettings, VerifyTerms, LimitTerms)
    ),
    {kind.parameter for kind in LIST_KINDS},
    {known.name for known in (*TLS_SERVER, *TLS_CLIENT)},
    {"smtpd_tls_session_cache_database", "smtp_tls_session_cache_database"},  # session tickets need none
)

OF_THE_NEXT_HOP = frozenset(
    {
        "lmtp_enforce_tls", "lmtp_tls_security_level", "lmtp_use_tls", "smtp_tls_per_site", "smtp_tls_policy_maps",
        "smtp_tls_secure_cert_match", "smtp_tls_trust_anchor_file", "smtp_tls_verify_cert_match",
    }
)  # fmt: skip
"""Of Postfix's delivery agents, and yet of importance here: whoever sets them expects a hop to be judged by them."""


def unused_parameters(configuration: Configuration) -> Iterator[Complaint]:
    """One warning for each parameter that is set to something other than its default and not carried out."""
    for name, entry in configuration.entries.items():
        if name in USED or not _would_matter(name):
            continue
        if name in postfix_facts() and configuration.text(name) != (configuration.default_value(name) or ""):
            yield Complaint("warning", entry.place, f"{name} is not carried out by this version of Gatepost")


def _would_matter(name: str) -> bool:
    return (
        name.startswith(("smtpd_", "address_verify_", "tls_"))
        or name in declared_parameters()
        or name in OF_THE_NEXT_HOP
    )
