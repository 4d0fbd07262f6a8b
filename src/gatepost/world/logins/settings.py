"""The parameters about logins, each named as in postconf(5), with the defaults of 3.7; two are our own."""

from dataclasses import dataclass

from gatepost.model.match_list import MatchList


@dataclass(frozen=True, slots=True)
class SaslSettings:
    """How one door has its clients log in. Times are seconds."""

    smtpd_sasl_type: str = "cyrus"
    smtpd_sasl_path: str = "smtpd"
    smtpd_sasl_service: str = "smtp"
    smtpd_sasl_local_domain: str = ""
    smtpd_sasl_security_options: frozenset[str] = frozenset({"noanonymous"})
    smtpd_sasl_tls_security_options: frozenset[str] = frozenset({"noanonymous"})
    smtpd_sasl_mechanism_filter: MatchList = MatchList("smtpd_sasl_mechanism_filter")
    smtpd_sasl_exceptions_networks: MatchList = MatchList("smtpd_sasl_exceptions_networks")
    smtpd_sasl_authenticated_header: bool = False
    cyrus_sasl_config_path: str = ""
    smtpd_sasl_users_file: str = ""
    smtpd_sasl_failure_delay: int = 1
