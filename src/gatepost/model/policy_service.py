"""Where a policy server is and how long it is waited for (SMTPD_POLICY_README).

Policy puts both into its question; the world opens one pool of connections for each pair.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One policy server: a `path` (a relative one starts in queue_directory), or `host` and `port`.

    `port` is a number or the name of a TCP service, as it was written.
    """

    host: str = ""
    port: str = ""
    path: str = ""

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        return f"inet:[{self.host}]:{self.port}" if ":" in self.host else f"inet:{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """The parameters smtpd_policy_service_…, without that prefix; times in seconds, a request_limit of 0 is none.

    `must_be_utf8`: an action that is not UTF-8 counts as garbage (smtputf8_enable).
    """

    timeout: int = 100
    max_idle: int = 300
    max_ttl: int = 1000
    request_limit: int = 0
    try_limit: int = 2
    retry_delay: int = 1
    must_be_utf8: bool = True
