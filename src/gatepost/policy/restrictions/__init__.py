"""Every restriction of the language, one small unit each; the docstring is its manual.

Where to find one:

words             permit, reject, defer, defer_if_permit, defer_if_reject, sleep, reject_unauth_pipelining,
                  reject_plaintext_session, reject_multi_recipient_bounce
trust             permit_mynetworks, permit_inet_interfaces, permit_sasl_authenticated
access_tables     check_client_access, check_reverse_client_hostname_access, check_helo_access, check_sender_access,
                  check_recipient_access, check_etrn_access
server_access     check_client_*_access, check_reverse_client_hostname_*_access, check_helo_*_access,
                  check_sender_*_access, check_recipient_*_access, each for a, mx and ns
logins            reject_sender_login_mismatch, reject_authenticated_sender_login_mismatch,
                  reject_known_sender_login_mismatch, reject_unauthenticated_sender_login_mismatch, check_sasl_access
client_certificates  permit_tls_clientcerts, permit_tls_all_clientcerts, check_ccert_access
client_names      reject_unknown_client_hostname, reject_unknown_reverse_client_hostname
helo_names        reject_invalid_helo_hostname, reject_non_fqdn_helo_hostname, reject_unknown_helo_hostname
address_domains   reject_non_fqdn_sender, reject_non_fqdn_recipient, reject_unknown_sender_domain,
                  reject_unknown_recipient_domain
relay_control     permit_auth_destination, reject_unauth_destination, defer_unauth_destination
mx_backup         permit_mx_backup
block_lists       reject_rbl_client, reject_rhsbl_*, permit_dnswl_client, permit_rhswl_client
policy_service    check_policy_service
greylist          check_greylist
retired           permit_naked_ip_address, check_relay_domains, reject_maps_rbl
unlisted          reject_unlisted_recipient, reject_unlisted_sender
verification      reject_unverified_recipient, reject_unverified_sender

warn_if_reject is not a restriction but a word about the next one: policy/language/parse.py.
"""

from gatepost.policy.restrictions import (
    access_tables,
    address_domains,
    block_lists,
    client_certificates,
    client_names,
    greylist,
    helo_names,
    logins,
    mx_backup,
    policy_service,
    relay_control,
    retired,
    server_access,
    trust,
    unlisted,
    verification,
    words,
)

__all__ = [
    "access_tables",
    "address_domains",
    "block_lists",
    "client_certificates",
    "client_names",
    "greylist",
    "helo_names",
    "logins",
    "mx_backup",
    "policy_service",
    "relay_control",
    "retired",
    "server_access",
    "trust",
    "unlisted",
    "verification",
    "words",
]
