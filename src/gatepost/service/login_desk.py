"""What the logins of one door share in a worker: who knows the users, what is served and shown, who waits.

smtpd_sasl_security_options says what is served, of sessions under TLS smtpd_sasl_tls_security_options;
smtpd_sasl_mechanism_filter what of that is shown to clients, by tables that answer at once: one that must be asked
hides a mechanism, and the log says so.
"""

import time

from gatepost.model.address import IPAddress
from gatepost.model.answer import Answer, Unavailable
from gatepost.policy.matching import Matched, string_matches
from gatepost.policy.questions import TableHit, TableLookup
from gatepost.service.logins import LoadedLogins
from gatepost.wire.sasl.mechanism import Mechanism
from gatepost.world.answering import Sources
from gatepost.world.logins.login_server import LoginServer
from gatepost.world.logins.settings import SaslSettings
from gatepost.world.watching.log import Log

Key = tuple[tuple[Mechanism, ...], bool]
"""What the server has, and whether the session is under TLS."""


class LoginDesk:
    """One door's. `server` and `settings` are for the sessions."""

    __slots__ = ("_failed", "_log", "_served", "_shown", "_sources", "server", "settings")

    def __init__(self, loaded: LoadedLogins, server: LoginServer, sources: Sources, log: Log) -> None:
        self.server = server
        self.settings: SaslSettings = loaded.settings
        self._failed = loaded.failed
        self._sources = sources
        self._log = log
        self._served: dict[Key, frozenset[str]] = {}
        self._shown: dict[Key, str] = {}

    def serves(self, mechanism: str, *, is_secured: bool) -> bool:
        """A client may use it, shown or not."""
        key = (self.server.mechanisms, is_secured)
        if key not in self._served:
            self._served[key] = frozenset(each.name for each in self._allowed(key))
        return mechanism.upper() in self._served[key]

    def shown(self, *, is_secured: bool) -> str:
        """The names that EHLO shows."""
        key = (self.server.mechanisms, is_secured)
        if key not in self._shown:
            self._shown[key] = " ".join(each.name for each in self._allowed(key) if self._passes_filter(each.name))
        return self._shown[key]

    def _allowed(self, key: Key) -> list[Mechanism]:
        mechanisms, is_secured = key
        settings = self.settings
        options = settings.smtpd_sasl_tls_security_options if is_secured else settings.smtpd_sasl_security_options
        return [each for each in mechanisms if each.satisfies(options)]

    def _passes_filter(self, name: str) -> bool:
        patterns = self.settings.smtpd_sasl_mechanism_filter
        if not patterns.patterns:
            return True
        matched = self._decide(name)
        if isinstance(matched, Unavailable):
            text = f"{patterns.parameter}: {matched.why}: {name} is not shown"
            self._log.once(text, text)
            return False
        return matched

    def _decide(self, name: str) -> Matched:
        asking = string_matches(self.settings.smtpd_sasl_mechanism_filter, name)
        try:
            question = next(asking)
            while True:
                question = asking.send(self._answer(question))  # type: ignore[arg-type]  # a match list asks tables alone
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # Matched, by string_matches

    def _answer(self, question: TableLookup) -> Answer[TableHit]:
        known = self._sources.tables.find(question)
        return known if known is not None else Unavailable(f"{question.table} does not answer at once")

    def wait_s(self, client: IPAddress) -> float:
        """Seconds before the next login of this client is looked at."""
        return self._failed.wait_s(client, time.monotonic(), self.settings.smtpd_sasl_failure_delay)

    def has_failed(self, client: IPAddress) -> None:
        """One more login of it has failed."""
        if self.settings.smtpd_sasl_failure_delay:
            self._failed.count(client, time.monotonic())
