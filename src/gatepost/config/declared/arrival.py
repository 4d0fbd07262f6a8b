"""Before the greeting: a proxy that says for whom it comes, and a pause in which only bad clients speak."""

from gatepost.config.declaration import Kind, Parameter

ARRIVAL = (
    Parameter(
        "smtpd_upstream_proxy_protocol",
        Kind.TEXT,
        "haproxy: every connection comes from a proxy and begins with a PROXY header, version 1 or 2, which says who "
        "the client is. Empty: none does.",
    ),
    Parameter(
        "smtpd_upstream_proxy_timeout",
        Kind.TIME,
        "How long to wait for the PROXY header.",
        least=1,
    ),
    Parameter(
        "smtpd_upstream_proxy_hosts",
        Kind.CLIENTS,
        "The proxies that may say so. Anybody else is refused, for a forged header would be believed: Postfix wants "
        "a firewall there. static:all is everybody.",
        default="",
    ),
    Parameter(
        "postscreen_greet_wait",
        Kind.TIME,
        "How long a stranger waits for the greeting. Clients that speak before it are refused. 0: nobody waits.",
        default="0s",
        because="Postfix waits only where master.cf puts postscreen(8) in front; here a door with a wait does both",
        least=0,
    ),
    Parameter(
        "postscreen_greet_banner",
        Kind.TEXT,
        "The text behind 220- that a client hears at once and must not answer. Empty: it hears nothing.",
    ),
    Parameter(
        "postscreen_greet_action",
        Kind.CHOICE,
        "What becomes of a client that speaks too early. drop, enforce: it hears 521 and is hung up on. ignore: that "
        "is written into the log, and it is served.",
        default="drop",
        because="a wait is set here by those who want to refuse; Postfix's is a trial until an action is named",
        choices=("ignore", "enforce", "drop"),
    ),
    Parameter(
        "postscreen_access_list",
        Kind.WORDS,
        "Who need not wait: permit_mynetworks, and tables that are asked for the client's address. permit, in a "
        "table, spares a client; reject ends the list; dunno goes on.",
    ),
)
