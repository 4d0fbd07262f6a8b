"""The parameters that the SMTP server dialogue reads, each named as in postconf(5), with the defaults of 3.7.

Values are plain and final: `smtpd_banner` is expanded, times are seconds, sizes octets, lists tuples or sets. Zero
means no limit where Postfix says so (message_size_limit, smtpd_recipient_limit). Defaults that differ from Postfix
are those of docs/differences.md: smtpd_forbid_bare_newline, smtpd_forbid_unauth_pipelining.
smtpd_tls_security_level is "none", "may" or "encrypt", worked out of all the parameters that have a say in it.
"""

from dataclasses import dataclass

BOGUS_COMMANDS = "regexp:{{/^[^A-Z]/ Bogus}}"
"""The one table that smtpd_forbidden_commands holds by default: a command whose first character is no letter."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How the door speaks. `smtpd_forbid_bare_newline` is "no", "normalize" ("yes" is the same) or "reject"."""

    myhostname: str = "localhost.localdomain"
    smtpd_banner: str = "localhost.localdomain ESMTP Postfix"

    smtpd_helo_required: bool = False
    strict_rfc821_envelopes: bool = False
    disable_vrfy_command: bool = False
    smtputf8_enable: bool = True
    strict_smtputf8: bool = False
    allow_min_user: bool = False
    append_dot_mydomain: bool = False
    mydomain: str = "localdomain"
    resolve_null_domain: bool = False
    resolve_numeric_domain: bool = False
    swap_bangpath: bool = True
    allow_percent_hack: bool = True
    soft_bounce: bool = False

    message_size_limit: int = 10_240_000
    line_length_limit: int = 2048
    hopcount_limit: int = 50

    smtpd_recipient_limit: int = 1000
    smtpd_recipient_overshoot_limit: int = 1000
    smtpd_soft_error_limit: int = 10
    smtpd_hard_error_limit: int = 20
    smtpd_error_sleep_time: float = 1.0
    smtpd_junk_command_limit: int = 100
    smtpd_timeout: float = 300.0
    smtpd_per_request_deadline: bool = False
    smtpd_min_data_rate: int = 500

    smtpd_tls_security_level: str = "none"
    smtpd_tls_wrappermode: bool = False
    smtpd_tls_req_ccert: bool = False
    smtpd_starttls_timeout: float = 300.0

    smtpd_sasl_auth_enable: bool = False
    smtpd_tls_auth_only: bool = False
    broken_sasl_auth_clients: bool = False
    smtpd_sasl_response_limit: int = 12288

    smtpd_forbid_bare_newline: str = "normalize"
    smtpd_forbid_bare_newline_reject_code: int = 550
    smtpd_forbid_unauth_pipelining: bool = True
    smtpd_forbidden_commands: tuple[str, ...] = ("CONNECT", "GET", "POST", BOGUS_COMMANDS)
    smtpd_noop_commands: tuple[str, ...] = ()
    smtpd_discard_ehlo_keywords: frozenset[str] = frozenset()
