"""Greylisting (check_greylist): how long mail is put off, who is one client, who is excepted, where it is written."""

from gatepost.config.declaration import Kind, Parameter

GREYLISTING = (
    Parameter(
        "greylist_store",
        Kind.TEXT,
        "Where greylisting is written down: sqlite:/file, shared by all processes of this machine; "
        "redis://[user:password@]host[:port][/number], rediss:// (TLS), unix:///socket, redis+cluster://host[:port] "
        "for any number of machines; memory:, for one worker only and forgotten when it ends.",
        default="sqlite:$data_directory/greylist.db",
    ),
    Parameter(
        "greylist_delay",
        Kind.TIME,
        "How long a client, sender and recipient not seen together before are put off.",
        default="300s",
        least=0,
    ),
    Parameter(
        "greylist_retry_window",
        Kind.TIME,
        "How long after the first try another one is taken for a retry; later it is a first one again.",
        default="2d",
        least=1,
    ),
    Parameter(
        "greylist_max_age",
        Kind.TIME,
        "How long after its last mail a client, or a client with its sender and recipient, stays known.",
        default="35d",
        least=1,
    ),
    Parameter(
        "greylist_delay_ceiling",
        Kind.TIME,
        "How long one sender is put off for one recipient at most, whichever machines it tries from; 0: no bound. "
        "The null sender is everybody's: for it the bound holds only for one client.",
        default="1h",
        least=0,
    ),
    Parameter(
        "greylist_auto_allow_clients",
        Kind.NUMBER,
        "After so many good retries a client is put off no more; 0: never.",
        default="5",
        unit="retries",
        least=0,
    ),
    Parameter(
        "greylist_client_pools",
        Kind.YES_NO,
        "Machines whose verified names lie under one organisational domain are one client. A name made from the "
        "address, as providers give it to customers, does not count.",
        default="yes",
    ),
    Parameter(
        "greylist_ipv4_prefix_length",
        Kind.NUMBER,
        "How much of an IPv4 address tells clients apart that have no such name.",
        default="24",
        unit="bits",
        least=0,
        most=32,
    ),
    Parameter(
        "greylist_ipv6_prefix_length",
        Kind.NUMBER,
        "How much of an IPv6 address tells clients apart that have no such name.",
        default="64",
        unit="bits",
        least=0,
        most=128,
    ),
    Parameter(
        "greylist_text",
        Kind.TEXT,
        "What a client hears that must come again, behind 450 4.2.0; %s is the seconds left, %r the domain.",
        default="Greylisted, try again in %s seconds",
    ),
    Parameter(
        "greylist_training",
        Kind.YES_NO,
        "Write everything down and put nothing off: for the first weeks, so that known correspondents are known.",
        default="no",
    ),
    Parameter(
        "greylist_tempfail_action",
        Kind.CHOICE,
        "What mail meets while the store is away: dunno lets it pass, defer_if_permit and defer put it off (450).",
        default="dunno",
        choices=("dunno", "defer_if_permit", "defer"),
    ),
    Parameter(
        "greylist_deadline",
        Kind.TIME,
        "How long to wait for the store before it counts as away.",
        default="5s",
        least=1,
    ),
    Parameter(
        "greylist_client_exceptions",
        Kind.CLIENTS,
        "Clients that are never put off: verified names, .domains, networks, tables, /files of these. A name is "
        "compared with its parents where parent_domain_matches_subdomains names this parameter.",
        default="",
    ),
    Parameter(
        "greylist_sender_exceptions",
        Kind.TABLES,
        "Senders that are never put off: tables of addresses, domains and user@; <> is the null sender. A sender is "
        "easily forged. DUNNO as value is no exception.",
        default="",
    ),
    Parameter(
        "greylist_recipient_exceptions",
        Kind.TABLES,
        "Recipients whose mail is never put off: tables of addresses, domains and user@. DUNNO as value is no "
        "exception.",
        default="",
    ),
)
