"""The trust guard: what happens when strangers seem to come from this machine's own gateway."""

from gatepost.config.declaration import Kind, Parameter

TRUST_GUARD = (
    Parameter(
        "trust_guard",
        Kind.CHOICE,
        "What to do when clients of several foreign domains greet from one gateway of this machine: a proxy (that of "
        "Docker for published ports) or NAT then hides who they are, and where mynetworks holds the gateway all of "
        "them may relay. warn: say so in the log, once an hour. enforce: say so, and let that address be on no list "
        "of trusted clients any more, until trust_guard_gateways excepts it. no: do not look.",
        default="warn",
        choices=("no", "warn", "enforce"),
    ),
    Parameter(
        "trust_guard_gateways",
        Kind.WORDS,
        "The addresses that the trust guard watches: auto (the default gateways of this machine), further addresses "
        "such as that of a proxy or NAT elsewhere; the first word that fits counts, and !address is one that is "
        "known to be no such thing.",
        default="auto",
    ),
)
