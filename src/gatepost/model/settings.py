"""The parameters that restrictions read, typed, with Postfix's names and defaults (postconf(5), 3.7).

Built once per load by config/policy_settings.py from main.cf; every field is the name of a declared parameter, and
a test holds the two together. Lists of restrictions are not here: they are compiled into a plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gatepost.model.match_list import MatchList


@dataclass(frozen=True, slots=True)
class Settings:
    """Typed parameter values. Codes are SMTP reply codes; tables are `type:name` strings."""

    myhostname: str = "localhost.localdomain"
    mydomain: str = "localdomain"
    myorigin: str = "localhost.localdomain"
    mail_name: str = "Postfix"
    stress: str = ""

    mynetworks: MatchList = MatchList("mynetworks")
    mydestination: MatchList = MatchList("mydestination")
    relay_domains: MatchList = MatchList("relay_domains")
    virtual_alias_domains: MatchList = MatchList("virtual_alias_domains")
    virtual_mailbox_domains: MatchList = MatchList("virtual_mailbox_domains")
    own_addresses: frozenset[str] = frozenset()
    permit_mx_backup_networks: MatchList = MatchList("permit_mx_backup_networks")
    smtpd_authorized_xclient_hosts: MatchList = MatchList("smtpd_authorized_xclient_hosts")
    smtpd_authorized_xforward_hosts: MatchList = MatchList("smtpd_authorized_xforward_hosts")
    postscreen_access_list: tuple[str, ...] = ("permit_mynetworks",)
    smtpd_upstream_proxy_hosts: MatchList = MatchList("smtpd_upstream_proxy_hosts")
    smtpd_client_event_limit_exceptions: MatchList = MatchList("smtpd_client_event_limit_exceptions")
    smtpd_forbid_bare_newline_exclusions: MatchList = MatchList("smtpd_forbid_bare_newline_exclusions")
    qmqpd_authorized_clients: MatchList = MatchList("qmqpd_authorized_clients")

    recipient_delimiter: str = ""
    swap_bangpath: bool = True
    allow_percent_hack: bool = True
    append_at_myorigin: bool = True
    append_dot_mydomain: bool = False
    resolve_dequoted_address: bool = True
    resolve_null_domain: bool = False
    resolve_numeric_domain: bool = False
    allow_untrusted_routing: bool = False
    allow_min_user: bool = False
    owner_request_special: bool = True

    local_recipient_maps: tuple[str, ...] = ()
    virtual_alias_maps: tuple[str, ...] = ()
    virtual_mailbox_maps: tuple[str, ...] = ()
    relay_recipient_maps: tuple[str, ...] = ()
    relocated_maps: tuple[str, ...] = ()
    canonical_maps: tuple[str, ...] = ()
    sender_canonical_maps: tuple[str, ...] = ()
    recipient_canonical_maps: tuple[str, ...] = ()
    local_transport: str = "local:localhost.localdomain"
    virtual_transport: str = "virtual"
    relay_transport: str = "relay"
    default_transport: str = "smtp"
    transport_maps: tuple[str, ...] = ()
    rbl_reply_maps: tuple[str, ...] = ()
    smtpd_sender_login_maps: tuple[str, ...] = ()
    smtpd_sasl_auth_enable: bool = False
    relay_clientcerts: tuple[str, ...] = ()

    smtpd_delay_reject: bool = True
    smtpd_relay_before_recipient_restrictions: bool = True
    smtpd_reject_unlisted_recipient: bool = True
    smtpd_reject_unlisted_sender: bool = False
    smtpd_look_ahead: bool = True
    smtpd_null_access_lookup_key: str = "<>"
    access_parents_match: bool = True
    show_user_unknown_table_name: bool = True
    address_verify_sender: str = "double-bounce@localhost.localdomain"
    address_verify_poll_count: int = 3
    address_verify_poll_delay: int = 3
    smtpd_proxy_filter: str = ""
    maildir_directory: str = ""
    smtpd_client_port_logging: bool = False
    qmqpd_client_port_logging: bool = False
    soft_bounce: bool = False
    smtputf8_enable: bool = True

    reject_code: int = 554
    defer_code: int = 450
    access_map_reject_code: int = 554
    access_map_defer_code: int = 450
    maps_rbl_reject_code: int = 554
    relay_domains_reject_code: int = 554
    plaintext_reject_code: int = 450
    unknown_address_reject_code: int = 450
    unknown_client_reject_code: int = 450
    unknown_hostname_reject_code: int = 450
    invalid_hostname_reject_code: int = 501
    non_fqdn_reject_code: int = 504
    multi_recipient_bounce_reject_code: int = 550
    unknown_local_recipient_reject_code: int = 550
    unknown_relay_recipient_reject_code: int = 550
    unknown_virtual_alias_reject_code: int = 550
    unknown_virtual_mailbox_reject_code: int = 550
    unverified_recipient_reject_code: int = 450
    unverified_recipient_defer_code: int = 450
    unverified_sender_reject_code: int = 450
    unverified_sender_defer_code: int = 450

    unknown_address_tempfail_action: str = "defer_if_permit"
    unknown_helo_hostname_tempfail_action: str = "defer_if_permit"
    unverified_recipient_tempfail_action: str = "defer_if_permit"
    unverified_sender_tempfail_action: str = "defer_if_permit"
    unverified_recipient_reject_reason: str = ""
    unverified_sender_reject_reason: str = ""

    default_rbl_reply: str = ""
    maps_rbl_domains: tuple[str, ...] = ()
    smtpd_expansion_filter: str = ""
    smtpd_reject_footer: str = ""
    smtpd_reject_footer_maps: tuple[str, ...] = ()
    rbl_answer_guard: bool = True

    smtpd_policy_service_default_action: str = "451 4.3.5 Server configuration problem"
    smtpd_policy_service_policy_context: str = ""
    smtpd_policy_service_timeout: int = 100
    smtpd_policy_service_max_idle: int = 300
    smtpd_policy_service_max_ttl: int = 1000
    smtpd_policy_service_request_limit: int = 0
    smtpd_policy_service_try_limit: int = 2
    smtpd_policy_service_retry_delay: int = 1

    greylist_store: str = "sqlite:/var/lib/postfix/greylist.db"
    greylist_delay: int = 300
    greylist_retry_window: int = 172_800
    greylist_max_age: int = 3_024_000
    greylist_delay_ceiling: int = 3600
    greylist_auto_allow_clients: int = 5
    greylist_client_pools: bool = True
    greylist_ipv4_prefix_length: int = 24
    greylist_ipv6_prefix_length: int = 64
    greylist_text: str = "Greylisted, try again in %s seconds"
    greylist_training: bool = False
    greylist_tempfail_action: str = "dunno"
    greylist_client_exceptions: MatchList = MatchList("greylist_client_exceptions")
    greylist_sender_exceptions: tuple[str, ...] = ()
    greylist_recipient_exceptions: tuple[str, ...] = ()

    restriction_classes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
