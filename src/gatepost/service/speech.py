"""How the server speaks at one door: the fields of SmtpSettings, from main.cf and the overrides of a row."""

from dataclasses import replace

from gatepost.config.configuration import Configuration
from gatepost.config.reading import read_fields
from gatepost.service.server_tls import server_level
from gatepost.wire.smtp.settings import SmtpSettings


def speech_of(view: Configuration) -> SmtpSettings:
    """Read them; what is offered of TLS depends on older names and on smtpd_tls_wrappermode too."""
    return replace(read_fields(view, SmtpSettings), smtpd_tls_security_level=server_level(view))
