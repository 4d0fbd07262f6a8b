"""Who is at the other end of a session: the client that connected, or the one that it speaks for (XCLIENT).

The names of a client are asked for at once, because the log needs them; nobody waits for them but the log, a policy
that asks, a client that is refused at connect, and smtpd_authorized_xclient_hosts where it holds names or tables.
That list is asked before the greeting and after each XCLIENT, so that EHLO knows at once what to offer.

Unavailable: where the list cannot be asked, EHLO and XCLIENT hear 421, as from Postfix.
Postfix: smtpd_peername_lookup, smtpd_authorized_xclient_hosts, smtpd_client_port_logging.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from gatepost.model.address import IPAddress
from gatepost.model.answer import Answer, Found, Unavailable
from gatepost.model.match_list import MatchList
from gatepost.model.session import NAMELESS, UNKNOWN, Client, ClientNames, NameStatus, SaslFacts, Session
from gatepost.policy.matching import is_trusted
from gatepost.policy.questions import ClientName, Question
from gatepost.policy.subjects import UNREACHABLE_NAMES, client_label, client_names
from gatepost.service.door_context import DoorContext
from gatepost.service.impersonation import Peer, impersonated
from gatepost.service.inquiry import inquire
from gatepost.service.session_log import SessionLog
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.world.answering import SessionAnswers
from gatepost.world.net.connection import Connection


class Caller:
    """The client of one session, its names as soon as they are known, and where it came in."""

    __slots__ = ("_answers", "_connection", "_dialogue", "_door", "_is_named", "_log", "_waiting", "peer")

    def __init__(
        self,
        address: IPAddress,
        connection: Connection,
        door: DoorContext,
        answers: SessionAnswers,
        dialogue: SmtpDialogue,
        log: SessionLog,
    ) -> None:
        self.peer = Peer(Client(address, connection.peer[1]), *connection.local)
        self._connection = connection
        self._door = door
        self._answers = answers
        self._dialogue = dialogue
        self._log = log
        self._is_named = False
        self._waiting: Callable[[], None] | None = None
        self._learn_name()

    @property
    def client(self) -> Client:
        """The machine at the other end."""
        return self.peer.client

    @property
    def name(self) -> str:
        """Its verified name as far as it is known, or `unknown`."""
        return self.client.names.name if self.client.names else UNKNOWN

    @property
    def sasl(self) -> SaslFacts | None:
        """As whom it has logged in; STARTTLS and XCLIENT end that."""
        return self.peer.sasl if self._dialogue.has_login else None

    def logged_in(self, login: SaslFacts) -> None:
        """It has logged in."""
        self.peer = replace(self.peer, sasl=login)

    def session(self, where: str, **facts: Any) -> Session:  # noqa: ANN401 - fields of Session
        """What a list is told of the client; further `facts` are the dialogue's."""
        settings, is_withdrawn = self._door.policy.settings, self.is_trust_withdrawn
        return Session(self.client, settings, where, is_trust_withdrawn=is_withdrawn, **facts)

    @property
    def is_trust_withdrawn(self) -> bool:
        """No list of those who may do more than strangers holds the client (trust_guard.py)."""
        return self._door.trust_guard.withdraws(self.peer.client.address)

    def when_named(self, then: Callable[[], None]) -> None:
        """Go on when the name is known, at once if it is."""
        if self._is_named:
            then()
        else:
            self._waiting = then

    def settle_newlines(self, where: str, then: Callable[[], None]) -> None:
        """Find out whether the client may end its lines as it likes (smtpd_forbid_bare_newline_exclusions)."""
        exclusions = self._door.policy.settings.smtpd_forbid_bare_newline_exclusions

        def told(matched: bool | Unavailable) -> None:
            if matched is True:
                self._dialogue.settings = self._door.lenient_speech
            then()

        self.match(exclusions, where, told)

    def match(self, clients: MatchList, where: str, told: Callable[[bool | Unavailable], None]) -> None:
        """Find out whether the client is on a list; the log is told of one that cannot be asked."""
        known = False if self.is_trust_withdrawn else clients.holds(self.client.address)
        if known is not None:
            told(known)
            return

        def matched(is_listed: bool | Unavailable) -> None:
            if isinstance(is_listed, Unavailable):
                complaint = f"{clients.parameter}: {is_listed.why}"
                self._door.log.once(complaint, complaint)
            told(is_listed)
            self._connection.pump()

        inquire(is_trusted(clients, self.session(where)), self._answers, matched)

    def speak_for(self, attributes: tuple[tuple[str, str], ...], then: Callable[[], None]) -> None:
        """The client speaks for another from now on; then go on, perhaps when its own names are known."""

        def known(names: ClientNames) -> None:
            self.peer = impersonated(self.peer, names, attributes)
            self._show()
            then()
            self._connection.pump()

        inquire(client_names(self.session("XCLIENT")), self._answers, known)

    def _learn_name(self) -> None:
        if not self._door.looks_names_up or self._connection.is_health_check:
            self._named(NAMELESS)
            return
        self._answers.name_client(ClientName(self.client.address), self._told_names)

    def _told_names(self, _: Question, answer: Answer[Any]) -> None:
        self._named(answer.value if isinstance(answer, Found) else UNREACHABLE_NAMES)

    def _named(self, names: ClientNames) -> None:
        self._is_named = True
        client = Client(self.client.address, self.client.port, names)
        peer = self.peer
        self.peer = Peer(client, peer.server_address, peer.server_port, peer.sasl)
        if names.name_status is NameStatus.FORGED:
            text = f"hostname {names.reverse_name} does not resolve to address {client.address.text}"
            self._door.log.warning(text)
        self._show()
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()
            self._connection.pump()

    def _show(self) -> None:
        """Let the log and the dialogue know the client by its name."""
        with_port = self._door.policy.settings.smtpd_client_port_logging
        self._dialogue.client = client_label(self.client, self.name, with_port=with_port)
        self._log.name_client(self._dialogue.client)
