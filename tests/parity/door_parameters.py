"""What a policy says besides its lists: the parameters of smtpd(8) that change a verdict or a reply."""

import random

from tests.parity.vocabulary import CODES, TEMPLATES
from tests.parity.world import XCLIENT_HOST

Parameters = dict[str, str]

SHARE = 0.1
"""How often each of them is set."""

_NETWORKS = (
    "192.0.2.0/28", "192.0.2.1/24", "good.example", "!192.0.2.10 192.0.2.0/24", "[2001:db8::]/32", "cidr:$config_directory/nets0",
    "192.0.2.10, 203.0.113.0/24, [2001:db8::5]", "192.0.2.0/24 !192.0.2.10", "mail.good.example 127.0.0.0/8", ".good.example",
    "inline:{192.0.2.10=x}", "texthash:$config_directory/missing", "192.0.2.10/32 [::1]/128", "", "0.0.0.0/0", "[::]/0",
    "regexp:$config_directory/patterns0", "unknown", "192.0.2.0/33",
)  # fmt: skip

_FOOTERS = (
    r"\c; call the postmaster", r"For help call +1 555 0100", r"$client_address here", r"\c. Line one\nline two of $sender",
    r"${helo_name?{you are $helo_name}:{nobody}}", r"\c ", "$no_such_name x", r"$server_name/$sender/$sender_domain/$sender_name",
    r"a\nb\nc", "$$5 and 100%",
)  # fmt: skip

_VALUES: dict[str, tuple[str, ...]] = {
    "soft_bounce": ("yes",),
    "smtpd_helo_required": ("yes",),
    "strict_rfc821_envelopes": ("yes",),
    "disable_vrfy_command": ("yes",),
    "smtpd_reject_unlisted_sender": ("yes",),
    "smtpd_reject_unlisted_recipient": ("no",),
    "allow_untrusted_routing": ("yes",),
    "smtpd_null_access_lookup_key": ("unknown", "postmaster"),
    "reject_tempfail_action": ("defer", "defer_if_permit"),
    "unknown_address_tempfail_action": ("defer", "$reject_tempfail_action", "defer_if_permit"),
    "unknown_helo_hostname_tempfail_action": ("defer", "$reject_tempfail_action"),
    "smtpd_client_port_logging": ("no",),
    "rbl_reply_maps": ("texthash:$config_directory/replies", "texthash:$config_directory/missing"),
    "default_rbl_reply": tuple(text for text in TEMPLATES if "no_such" not in text),
    "maps_rbl_domains": ("bl.test, odd.test", "odd.test", "", "void.test bl.test=127.0.0.2"),
    "mynetworks": _NETWORKS,
    "smtpd_peername_lookup": ("no",),
    "permit_mx_backup_networks": ("192.0.2.0/24", "198.51.100.0/24", "192.0.2.1/24", "good.example", "!192.0.2.10, 192.0.2.0/24"),
    "smtpd_expansion_filter": ("abcdefghijklmnopqrstuvwxyz.@", r"\t\40!\"#$%&'()*+,-./0123456789:;<=>?@"),
    "smtpd_reject_footer": _FOOTERS,
    "smtpd_reject_footer_maps": ("regexp:$config_directory/footers", "texthash:$config_directory/missing"),
    "smtpd_discard_ehlo_keywords": ("auth, pipelining, dsn", "smtputf8 chunking", "size, vrfy, etrn, silent-discard", "8bitmime"),
    "smtpd_noop_commands": ("FOO, HELP", "turn"),
    "smtpd_forbidden_commands": ("FOO", "", "HELP, turn"),
    "smtpd_recipient_limit": ("1", "2"),
    "message_size_limit": ("0", "1000000", "50000"),
    "smtpd_policy_service_default_action": ("DUNNO", "REJECT no policy", "permit", "450 4.7.9 try $later"),
    "smtpd_authorized_xclient_hosts": (XCLIENT_HOST, "127.0.0.0/8", "", f"{XCLIENT_HOST} 192.0.2.0/24"),
    "smtpd_banner": ("$myhostname ESMTP here", "x"),
    "fast_flush_domains": ("", "good.example relay.example", "$relay_domains"),
    "smtpd_forbid_unauth_pipelining": ("yes",),
    "address_verify_sender": ("", "probe@ours.example"),
    "smtpd_delay_reject": ("no",),
    "smtputf8_enable": ("no",),
    "strict_smtputf8": ("yes",),
    "local_recipient_maps": ("", "texthash:$config_directory/missing"),
    "relay_recipient_maps": ("texthash:$config_directory/relay_users", "texthash:$config_directory/missing"),
    "canonical_maps": ("texthash:$config_directory/canonical", "texthash:$config_directory/missing"),
}  # fmt: skip

DOOR_FILES = {
    "footers": "/^450/ try again in $$ten minutes\n"
    r"/^554 5\.7\.1/ \c, and good bye to $$client_address"
    "\n/unknown/ DUNNO\n",
}
"""Tables that these parameters name."""


def draw_parameters(chance: random.Random, *, has_transport: bool) -> Parameters:
    """Some of them.

    Where transport_maps refuses recipients, unlisted ones are always refused: Postfix would queue and bounce them.
    """
    chosen = {name: chance.choice(values) for name, values in _VALUES.items() if chance.random() < SHARE}
    for _ in range(chance.choice((0, 0, 1, 2))):
        chosen[chance.choice(CODES)] = chance.choice(("550", "450", "554", "521", "599", "421", "400", "500"))
    if has_transport:
        chosen.pop("smtpd_reject_unlisted_recipient", None)
    return chosen
