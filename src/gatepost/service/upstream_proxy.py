"""Doors behind a proxy: which proxies may say for whom they come.

smtpd_upstream_proxy_hosts is asked anew for each connection, by name too where it holds names; the trust guard has no
say, for the list is about one machine and not about a network. Unavailable: a list that cannot be asked lets nobody.

Postfix: smtpd_upstream_proxy_protocol, smtpd_upstream_proxy_timeout.
"""

from collections.abc import Callable

from gatepost.config.configuration import Configuration
from gatepost.model.address import parse_ip
from gatepost.model.answer import Unavailable
from gatepost.model.reply import Reply
from gatepost.model.session import NO_ADDRESS, Client, Session
from gatepost.model.settings import Settings
from gatepost.policy.matching import client_matches
from gatepost.service.inquiry import inquire
from gatepost.world.answering import SessionAnswers, Sources
from gatepost.world.net.proxied import ProxyTerms
from gatepost.world.watching.log import Logging


def proxy_terms(view: Configuration, settings: Settings, sources: Sources, log: Logging) -> ProxyTerms | None:
    """What a row asks of its proxies; None: it has none before it."""
    if not view.text("smtpd_upstream_proxy_protocol"):
        return None
    proxies = settings.smtpd_upstream_proxy_hosts

    def may_speak(host: str, told: Callable[[bool], None]) -> None:
        def matched(is_listed: bool | Unavailable) -> None:
            if isinstance(is_listed, Unavailable):
                log.once(is_listed.why, f"{proxies.parameter}: {is_listed.why}")
            told(is_listed is True)

        session = Session(Client(parse_ip(host) if host else NO_ADDRESS), settings, "CONNECT")
        inquire(client_matches(proxies, session), SessionAnswers(sources), matched)

    host = settings.myhostname
    return ProxyTerms(
        may_speak,
        view.seconds("smtpd_upstream_proxy_timeout"),
        Reply(421, "4.3.0", f"{host} Server local error").to_wire(),
        Reply(421, "4.7.0", f"{host} Error: not authorized to use the PROXY protocol").to_wire(),
        view.yes("smtpd_tls_wrappermode"),
    )
