"""check_policy_service (SMTPD_POLICY_README): how long a policy server is waited for, what its failure means."""

from gatepost.config.declaration import Kind, Parameter

POLICY_SERVICE = (
    Parameter(
        "smtpd_policy_service_default_action",
        Kind.TEXT,
        "What stands in for the answer of a policy service that gives none. DUNNO lets the mail pass.",
    ),
    Parameter(
        "smtpd_policy_service_timeout", Kind.TIME, "How long to wait for connecting, sending or answering.", least=1
    ),
    Parameter("smtpd_policy_service_max_idle", Kind.TIME, "Close a connection that was idle for so long.", least=1),
    Parameter("smtpd_policy_service_max_ttl", Kind.TIME, "Close a connection of this age.", least=1),
    Parameter(
        "smtpd_policy_service_request_limit",
        Kind.NUMBER,
        "Close a connection after so many questions; 0: never.",
        unit="questions",
        least=0,
    ),
    Parameter(
        "smtpd_policy_service_try_limit", Kind.NUMBER, "How often to ask before giving up.", unit="tries", least=1
    ),
    Parameter("smtpd_policy_service_retry_delay", Kind.TIME, "How long to wait between two tries.", least=1),
    Parameter(
        "smtpd_policy_service_policy_context",
        Kind.TEXT,
        "A word that is passed on as policy_context, so that one service can serve several lists.",
    ),
)
