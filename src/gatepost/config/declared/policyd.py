"""The policy door (`policyd` rows of master.cf): what it decides, how long it takes, how many it serves."""

from gatepost.config.declaration import Kind, Parameter

POLICYD = (
    Parameter(
        "policyd_restrictions",
        Kind.RESTRICTIONS,
        "What is asked of each request that a Postfix sends to a policyd row of master.cf. Any restriction may stand "
        "here. A permit ends the list and answers DUNNO, so that it never skips what Postfix has still to ask.",
        default="",
    ),
    Parameter(
        "policyd_deadline",
        Kind.TIME,
        "How long the asking Postfix waits: its timeout for this service. What is still not known after nine tenths "
        "of it counts as unavailable, so that the answer comes in time; the log says degraded.",
        default="10s",
        least=1,
        most=3600,
    ),
    Parameter(
        "policyd_timeout",
        Kind.TIME,
        "How long a connection may be idle, or take to send a request. It should be more than the max_idle of the "
        "Postfix that asks (300s), which then closes first.",
        default="600s",
        least=1,
        most=86400,
    ),
    Parameter(
        "policyd_connection_limit",
        Kind.NUMBER,
        "The connections at once, over all workers, for a policyd row whose maxproc is `-`; 0: any number. Each "
        "smtpd process of a Postfix keeps one for each service that its lists name.",
        default="10000",
        unit="connections",
        least=0,
    ),
)
