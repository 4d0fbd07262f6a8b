"""What main.cf says for all policies of a batch: domains, tables of recipients, rewriting, transports.

These are read by Postfix's trivial-rewrite(8) too, which knows no override of a door.
"""

import random

TABLE = "texthash:$config_directory/"
Parameters = dict[str, str]


def draw_site(chance: random.Random, *, has_transport: bool) -> Parameters:
    """The parameters, most of them as Postfix's own default or as one would set them, some odd."""
    site = {
        "compatibility_level": chance.choice(("3.6", "3.6", "2", "1", "0")),
        "mydestination": _destinations(chance),
        "mynetworks": "127.0.0.0/8",
        "relay_domains": _relay_domains(chance),
        "local_recipient_maps": f"{TABLE}local_users",
        "relay_recipient_maps": chance.choice(("", f"{TABLE}relay_users")),
        "virtual_alias_domains": chance.choice(("alias.example", "alias.example", f"{TABLE}alias_domains")),
        "virtual_alias_maps": f"{TABLE}aliases",
        "virtual_mailbox_domains": "vmail.example",
        "virtual_mailbox_maps": f"{TABLE}mailboxes",
        "transport_maps": f"{TABLE}transport" if has_transport else "",
        "recipient_delimiter": chance.choice(("", "+", "+-", "-")),
        "parent_domain_matches_subdomains": chance.choice(
            ("relay_domains smtpd_access_maps mynetworks", "smtpd_access_maps", "relay_domains", "")
        ),
    }
    for name, usual, odd, likely in _SWITCHES:
        site[name] = odd if chance.random() < likely else usual
    if chance.random() < 0.2:
        del site["mynetworks"]
        site["mynetworks_style"] = chance.choice(("host", "class", "subnet"))
    odd = {
        name: value for name, values in _ODD.items() if chance.random() < 0.12 for value in [chance.choice(values)]
    }
    if not has_transport:  # relocated_maps refuse as `error:` does
        odd.pop("relocated_maps", None)
    return site | odd


def _destinations(chance: random.Random) -> str:
    forms = (
        "mx.ours.example, local.example, ours.example",
        "mx.ours.example local.example $mydomain",
        f"mx.ours.example, {TABLE}local_domains, ours.example",
        "$myhostname, !sub.local.example, local.example, Ours.Example",
        r"mx.ours.example, inline:{{local.example = x} {ours.example = y}}",
    )
    return chance.choice((forms[0], forms[0], *forms))


def _relay_domains(chance: random.Random) -> str:
    forms = (
        f"relay.example, {TABLE}relay_more",
        f"{TABLE}relay_more relay.example",
        f"!no.relay.example, relay.example, {TABLE}relay_more",
        f".relay.example, relay.example {TABLE}relay_more",
        r"relay.example, inline:{{source.example = x} {refused.example = x}}",
        "relay.example, regexp:$config_directory/relay_patterns",
    )
    return chance.choice((forms[0], forms[0], *forms))


_SWITCHES = (
    ("allow_percent_hack", "yes", "no", 0.2),
    ("swap_bangpath", "yes", "no", 0.2),
    ("resolve_dequoted_address", "yes", "no", 0.2),
    ("show_user_unknown_table_name", "yes", "no", 0.2),
    ("smtputf8_enable", "yes", "no", 0.15),
    ("allow_min_user", "no", "yes", 0.15),
    ("append_dot_mydomain", "no", "yes", 0.2),
    ("resolve_null_domain", "no", "yes", 0.1),
    ("resolve_numeric_domain", "no", "yes", 0.1),
    ("owner_request_special", "yes", "no", 0.2),
)
"""Name, its usual value, its odd one, how often that is drawn."""

_ODD = {
    "canonical_maps": (f"{TABLE}canonical",),
    "relocated_maps": (f"{TABLE}relocated",),
    "recipient_canonical_maps": (f"{TABLE}canonical",),
    "sender_canonical_maps": (f"{TABLE}canonical",),
    "proxy_interfaces": ("192.0.2.53", "203.0.113.66, [2001:db8::5]"),
    "local_recipient_maps": (
        "", "regexp:$config_directory/user_patterns", f"{TABLE}local_users, {TABLE}mailboxes", "static:x", "inline:{known=x, box=y}",
    ),
    "virtual_mailbox_maps": ("", "regexp:$config_directory/user_patterns", "static:x"),
    "virtual_alias_maps": (f"{TABLE}aliases, regexp:$config_directory/alias_patterns", ""),
    "myorigin": ("origin.example", "$mydomain", "local.example"),
    "mydomain": ("example", "other.example"),
    "address_verify_sender": ("probe@ours.example", "<>", "double-bounce@local.example"),
}  # fmt: skip
"""Set to one of these now and then; else what draw_site says, or Postfix's default."""

SITE_FILES = {
    "local_users": "known x\nalias x\nlocal x\nowner-list x\nlist-request x\n",
    "local_domains": "local.example x\nelse.example x\n",
    "alias_domains": "alias.example x\n",
    "relay_more": "source.example x\nrefused.example x\n",
    "relay_patterns": r"/^source\.example$/ x" "\n" r"/refused\.example/ x" "\n",
    "relay_users": "user@relay.example x\nknown x\n@sub.relay.example x\nrefused@relay.example x\nlater@relay.example x\n",
    "aliases": "alias@alias.example known@ours.example\nrole@ours.example known@ours.example\n",
    "alias_patterns": "/^any[0-9]*@/ known@ours.example\n",
    "user_patterns": "/^known/ x\n/^box@vmail/ x\n",
    "mailboxes": "box@vmail.example box/\n",
    "relocated": "nobody else@good.example\n@void.example nowhere at all\nuser@relay.example a new house\nann@good.example x\n",
    "canonical": "bob bob@good.example\nnobody@local.example known@ours.example\n@nullmx.example @good.example\n",
    "transport": (
        "refused@relay.example error:5.1.6 this one has moved\n"
        "later@relay.example retry:come back later\n"
        "refused.example error:nobody home\n"
        "listed-domain.example error:5.7.9 not there\n"
        ".half.example error:no subdomains\n"
        "known+ext@ours.example error:4.2.1 no extensions\n"
        "sub.relay.example discard:\n"
    ),
}
"""Tables of the site, by file name."""
