"""DNS block lists: what a hit says, and which answers are believed. And the name servers that are asked."""

from gatepost.config.declaration import Kind, Parameter

BLOCK_LISTS = (
    Parameter(
        "default_rbl_reply",
        Kind.TEXT,
        "The reply for a hit on a block list: code, optional enhanced code, text. Its $-names are filled in for each "
        "hit: rbl_code, rbl_domain, rbl_what, rbl_class, rbl_reason, client_address and others.",
    ),
    Parameter("rbl_reply_maps", Kind.TABLES, "Tables that give the reply for one block list; looked up first."),
    Parameter("maps_rbl_domains", Kind.WORDS, "The lists that the old reject_maps_rbl asks."),
    Parameter(
        "smtpd_expansion_filter",
        Kind.TEXT,
        "The characters that may come out of a $-name in a reply template; others become _. Escapes as in C.",
    ),
    Parameter(
        "rbl_answer_guard",
        Kind.YES_NO,
        "Take an answer of a list outside 127.0.0.0/8, or within 127.255.255.0/24, for an error of the list unless "
        "the restriction's filter names it: a list that was closed or refuses the question then lists nobody. no: "
        "every answer is a hit, as in Postfix.",
        default="yes",
    ),
    Parameter(
        "dns_nameservers",
        Kind.WORDS,
        "The name servers to ask, address or address:port, IPv6 with a port in brackets. Empty: /etc/resolv.conf.",
        default="",
    ),
    Parameter(
        "dns_deadline",
        Kind.TIME,
        "How long one DNS question may take, with all its repetitions. After that the answer is unavailable.",
        default="5s",
        least=1,
        most=100,
    ),
    Parameter(
        "dns_cache_limit",
        Kind.NUMBER,
        "How many DNS answers each worker remembers.",
        default="50000",
        unit="answers",
        least=100,
    ),
)
