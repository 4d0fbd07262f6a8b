"""The world of the parity runs: who connects, what names and addresses there are, and the zone that says so.

The addresses are put on the loopback device of a private network, so that both servers see real peers; one of them
speaks for others by XCLIENT.
"""

GOOD_CLIENTS = ("192.0.2.10", "192.0.2.11", "198.51.100.7", "127.0.0.5", "2001:db8::5")
"""Clients with a verified name."""

NAMELESS_CLIENTS = ("192.0.2.20", "203.0.113.9", "198.51.100.21", "192.0.2.22", "192.0.2.23", "2001:db8::6")
"""No PTR, PTR of a name that does not resolve, PTR that fails, forged, forward look-up fails."""

LISTED_CLIENTS = ("203.0.113.66", "203.0.113.67", "203.0.113.68")
"""Clients on block lists (and one on the allow list)."""

CLIENTS = (*GOOD_CLIENTS, *NAMELESS_CLIENTS, *LISTED_CLIENTS)
OWN_ADDRESS = "192.0.2.1"
XCLIENT_HOST = "127.0.0.9"
"""A client without a name that may speak for others (XCLIENT)."""
SPOKEN_FOR = (
    *CLIENTS, "2001:db8:0:1::25", "::1", "203.0.113.70", "192.0.2.10", OWN_ADDRESS, "198.51.100.200",
)  # fmt: skip
SPOKEN_NAMES = (
    "mail.good.example", "Mail.Good.Example", "host.relay.example", "good.example", "spam.source.example", "nullmx.example",
    "fails.example", "onlya.example", "relay.example", "nodot", "sub.good.example", "void.example", "unknown",
)  # fmt: skip

ZONE = """
# clients
10.2.0.192.in-addr.arpa 60 PTR mail.good.example
mail.good.example 60 A 192.0.2.10
11.2.0.192.in-addr.arpa 60 PTR Mail.UPPER.example
mail.upper.example 60 A 192.0.2.11
7.100.51.198.in-addr.arpa 60 PTR host_7.dsl.pool.example
host_7.dsl.pool.example 60 A 198.51.100.7
5.0.0.127.in-addr.arpa 60 PTR inside.ours.example
inside.ours.example 60 A 127.0.0.5
5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa 60 PTR six.good.example
six.good.example 60 AAAA 2001:db8::5
9.113.0.203.in-addr.arpa 60 PTR nowhere.void.example
21.100.51.198.in-addr.arpa ! servfail
22.2.0.192.in-addr.arpa 60 PTR mail.good.example
23.2.0.192.in-addr.arpa 60 PTR broken.fails.example
66.113.0.203.in-addr.arpa 60 PTR spam.source.example
spam.source.example 60 A 203.0.113.66
67.113.0.203.in-addr.arpa 60 PTR more.spam.source.example
more.spam.source.example 60 A 203.0.113.67
68.113.0.203.in-addr.arpa 60 PTR both.lists.example
both.lists.example 60 A 203.0.113.68

# domains of senders, recipients and HELO names
good.example 60 MX 10 mail.good.example.
good.example 60 NS ns1.good.example.
good.example 60 NS ns2.source.example.
ns1.good.example 60 A 192.0.2.53
ns2.source.example 60 A 203.0.113.66
ns2.source.example 60 AAAA 2001:db8::5
onlya.example 60 NS gone.void.example.
onlya.example 60 A 192.0.2.40
relay.example 60 MX 10 mail.good.example.
relay.example 60 MX 20 mx.ours.example.
mx.ours.example 60 A 192.0.2.1
backup.example 60 MX 10 mail.good.example.
backup.example 60 MX 20 mx.ours.example.
far.example 60 MX 10 spam.source.example.
far.example 60 MX 10 mail.good.example.
far.example 60 MX 20 mx.ours.example.
best.example 60 MX 10 mx.ours.example.
best.example 60 MX 20 mail.good.example.
half.example 60 MX 10 broken.fails.example.
half.example 60 MX 20 mx.ours.example.
lost.example 60 MX 10 gone.void.example.
lost.example 60 MX 20 mx.ours.example.
literal.example 60 MX 10 192.0.2.10.
onlysix.example 60 AAAA 2001:db8::40
nullmx.example 60 MX 0 .
deadmx.example 60 MX 10 gone.void.example.
fails.example ! servfail
*.fails.example ! servfail
mxfails.example !MX servfail
mxfails.example 60 A 192.0.2.41
afails.example !A servfail
listed-domain.example 60 A 192.0.2.42
alias.good.example 60 CNAME mail.good.example.
ours.example 60 A 192.0.2.1
relay.example 60 A 192.0.2.1

# lists
bl.test lists 203.0.113.66 127.0.0.2 listed: see http://bl.test/66
bl.test lists 203.0.113.67 127.0.0.4,127.0.0.9
bl.test lists 2001:db8::6 127.0.0.2 an IPv6 address
bl.test lists 203.0.113.68 127.0.0.10 "one string"
odd.test lists 203.0.113.66 10.1.2.3 a parked list
odd.test lists 203.0.113.67 127.255.255.254 you may not ask
dbl.test lists listed-domain.example 127.0.1.2 a listed domain
dbl.test lists spam.source.example 127.0.1.4 a listed host
dbl.test lists onlya.example 127.0.1.5
wl.test lists 203.0.113.68 127.0.5.1
wl.test lists 192.0.2.10 127.0.5.2
dwl.test lists mail.good.example 127.0.5.1
fails.test ! servfail
*.fails.test ! servfail
"""

ADDRESS_LISTS = ("bl.test", "bl.test=127.0.0.2", "bl.test=127.0.0.[2..4;9]", "odd.test", "fails.test", "wl.test")
DOMAIN_LISTS = ("dbl.test", "dbl.test=127.0.1.[2;4]", "fails.test", "dwl.test", "void.test")
ALLOW_LISTS = ("wl.test", "wl.test=127.0.5.1", "bl.test")
ALLOW_DOMAIN_LISTS = ("dwl.test", "dbl.test", "void.test")
"""Without a failing list: a Postfix process remembers its failure as `not listed` and raises no flag the second time."""

HELO_NAMES = (
    "backup.example", "literal.example", "half.example", "192.0.2.999", "::1",
    "mail.good.example", "Mail.Good.Example", "good.example.", "pc1", "localhost", "192.0.2.10", "[192.0.2.10]", "[192.0.2]",
    "[IPv6:2001:db8::5]", "[2001:db8::5]", "[ipv6:::1]", "12345", "1.2.3", "under_score.good.example", "-x.example", "a..b",
    "good.example..", "x" * 64 + ".example", "fails.example", "x.fails.example", "nullmx.example", "onlysix.example",
    "void.example", "listed-domain.example", "a b.example", "<x>", "mx.ours.example", "afails.example", "*", "a.b.",
    "2001:db8::5", "example.123", "bücher.example", "alias.good.example", "mxfails.example", "x@y.example", "0x7f.1", "1.2.3.4.5",
)  # fmt: skip

SENDERS = (
    "bob@onlya.example", "ann@backup.example", "x@literal.example", "ann@half.example",
    "", "ann@good.example", "Ann@GOOD.example", "ann+list@good.example", "ann@onlya.example", "bob@nullmx.example",
    "bob@fails.example", "bob@mxfails.example", "bob@afails.example", "bob@void.example", "bob", "bob@nodot", "bob@deadmx.example",
    "bob@listed-domain.example", "bob@[192.0.2.10]", '"ann b"@good.example', "ann%x@good.example", "site!ann", "a@b@good.example",
    "local@local.example", "nobody@local.example", "ann@good.example.", "owner-list@good.example", "bob@sub.good.example",
    "known@ours.example", "x@onlysix.example", "bob@under_score.example", "bob@123", "bob@x.123", "nobody@vmail.example",
    "x@alias.example", "bob@[IPv6:2001:db8::5]", "ann@alias.good.example", '"a\\"b"@good.example', "double-bounce@ours.example",
)  # fmt: skip

RECIPIENTS = (
    "user@backup.example", "user@far.example", "user@best.example", "user@half.example", "user@lost.example", "x@literal.example",
    "known@ours.example", "Known@Ours.Example", "nobody@ours.example", "known+ext@ours.example", "known@local.example",
    "nobody@local.example", "known", "postmaster", "PostMaster", "postmaster@ours.example", "postmaster@local.example",
    "abuse@ours.example", "alias@alias.example", "nobody@alias.example", "box@vmail.example", "nobody@vmail.example",
    "user@relay.example", "nobody@relay.example", "user@sub.relay.example", "friend@good.example", "friend@nullmx.example",
    "friend@fails.example", "friend@void.example", "a%b@ours.example", "a!b@ours.example", '"a@b"@ours.example',
    "x%good.example@relay.example", "known%ours.example", "ours.example!known", "known@[192.0.2.1]", "known@[192.0.2.99]",
    "nobody@[192.0.2.1]", "bob@nodot", "refused@relay.example", "later@relay.example", "user@refused.example",
    "double-bounce@ours.example", "mailer-daemon@local.example", "MAILER-DAEMON", "known@ours.example.", "@hop.example:known@ours.example",
    '"known"@ours.example', '"two words"@ours.example', "known%local.example@ours.example", "x@listed-domain.example",
    "user+a@relay.example", "double-bounce@mx.ours.example", "known@127.0.0.1", "-flag@ours.example",
)  # fmt: skip

TABLE_KEYS = (
    "192.0.2.10", "192.0.2", "192.0", "192", "198.51.100.7", "203.0.113", "127.0.0.5", "2001:db8::5", "2001:db8:", "2001:db8", "2001",
    "mail.good.example", "good.example", "mail.upper.example", "spam.source.example", "source.example", "example", "unknown",
    "pool.example", ".good.example", ".example", "pc1", "localhost", "[192.0.2.10]", "2.10]", "10]", "12345", "fails.example",
    "nullmx.example", "ann@good.example", "ann+list@good.example", "ann@", "ann+list@", "bob@", "<>", "bob@nodot", "nodot",
    "ann@ours.example", "bob@ours.example", "site", "ann@site", "[192.0.2.1]", "known@ours.example", "known+ext@ours.example",
    "known@", "ours.example", "relay.example", "user@relay.example", "sub.relay.example", "alias.example", "vmail.example",
    "local.example", "known@local.example", "postmaster@ours.example", "postmaster@", "postmaster", "void.example", "b@a",
    '"ann b"@good.example', "ann b@good.example", '"two words"@ours.example', "two words@ours.example", "x@good.example",
    "data", "listed-domain.example", "friend@good.example", "under_score.good.example", "*", "onlya.example", "double-bounce@ours.example",
)  # fmt: skip

TELLING_HELO_NAMES = (
    "listed-domain.example", "spam.source.example", "fails.example", "onlya.example", "mail.good.example", "nullmx.example",
    "good.example", "[192.0.2]", "192.0.2.10", "pc1",
)  # fmt: skip
TELLING_SENDERS = (
    "", "", "ann@good.example", "bob@onlya.example", "bob@listed-domain.example", "bob@nullmx.example", "bob@fails.example",
    "bob@void.example", "bob@nodot", "nobody@local.example", "x@alias.example", "known@ours.example", "bob",
)  # fmt: skip
TELLING_RECIPIENTS = (
    "known@ours.example", "known@ours.example", "nobody@ours.example", "user@relay.example", "friend@good.example", "bob@nodot",
    "user@backup.example", "user@half.example", "x@listed-domain.example", "friend@nullmx.example", "friend@fails.example",
    "friend@void.example", "friend@onlya.example", "refused@relay.example", "later@relay.example", "box@vmail.example",
)  # fmt: skip
