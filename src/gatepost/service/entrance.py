"""What a client meets before the policy: who it may speak for, how much it may take, how long it waits.

In this order: smtpd_authorized_xclient_hosts and smtpd_authorized_xforward_hosts, so that EHLO knows what to offer;
the limits for each client (client_limits.py), but for those on smtpd_client_event_limit_exceptions and those that may
XCLIENT; the greeting's wait (postscreen_greet_wait), but for those that postscreen_access_list spares. After XCLIENT
the first list and the limits are those of the client spoken for; its connection is not counted once more, and who
may XFORWARD is who connected, as in Postfix.

A proxy's health check meets none of it.
Unavailable: where the first two lists cannot be asked, EHLO and the command hear 421, as from Postfix; where the
exceptions or those spared cannot, the limits hold and the client waits.
Log: `PREGREET 14 after 0.02 from [192.0.2.1]:40123: EHLO spam\\r\\n`, as postscreen(8).
"""

import asyncio
from collections.abc import Callable
from functools import partial

from gatepost.model.answer import Found, Unavailable
from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.policy.asking import Asking, ask
from gatepost.policy.matching import is_trusted
from gatepost.policy.questions import TableLookup
from gatepost.service.arrival_findings import SPARED
from gatepost.service.caller import Caller
from gatepost.service.client_limits import Visit
from gatepost.service.door_context import DoorContext
from gatepost.service.inquiry import inquire
from gatepost.service.session_log import SessionLog
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.wire.smtp.events import SpokeEarly
from gatepost.world.answering import SessionAnswers
from gatepost.world.net.connection import Connection

Then = Callable[[], None]
Refuse = Callable[[Reply], None]


class Entrance:
    """The way in of one session."""

    __slots__ = ("_answers", "_began", "_caller", "_connection", "_dialogue", "_door", "_log", "_visit")

    def __init__(
        self,
        connection: Connection,
        door: DoorContext,
        answers: SessionAnswers,
        caller: Caller,
        dialogue: SmtpDialogue,
        log: SessionLog,
    ) -> None:
        self._connection = connection
        self._door = door
        self._answers = answers
        self._caller = caller
        self._dialogue = dialogue
        self._log = log
        self._visit: Visit | None = None
        self._began = asyncio.get_running_loop().time()

    def enter(self, where: str, then: Then, refuse: Refuse) -> None:
        """Let the client in, then go on; or refuse it."""
        clients = self._door.policy.settings.smtpd_authorized_xclient_hosts
        if clients.patterns:
            self._caller.match(clients, where, partial(self._may_xclient, where, then, refuse))
        else:
            self._may_xclient(where, then, refuse, matched=False)

    def _may_xclient(self, where: str, then: Then, refuse: Refuse, matched: bool | Unavailable) -> None:
        self._dialogue.may_xclient = _told(matched)
        clients = self._door.policy.settings.smtpd_authorized_xforward_hosts
        if where == "CONNECT" and clients.patterns:
            self._caller.match(clients, where, partial(self._may_xforward, where, then, refuse))
        else:
            self._limit(where, then, refuse)

    def _may_xforward(self, where: str, then: Then, refuse: Refuse, matched: bool | Unavailable) -> None:
        self._dialogue.may_xforward = _told(matched)
        self._limit(where, then, refuse)

    def _limit(self, where: str, then: Then, refuse: Refuse) -> None:
        limits = self._door.admission.limits
        self._dialogue.count = None
        if not limits.are_set or self._dialogue.may_xclient or self._connection.is_health_check:
            self._wait(where, then)
        else:
            exceptions = self._door.policy.settings.smtpd_client_event_limit_exceptions
            self._caller.match(exceptions, where, partial(self._is_exempt, where, then, refuse))

    def _is_exempt(self, where: str, then: Then, refuse: Refuse, matched: bool | Unavailable) -> None:
        refusal = None if matched is True else self._count_client(where)
        if refusal is None:
            self._wait(where, then)
        else:
            refuse(refusal)

    def _count_client(self, where: str) -> Reply | None:
        limits, dialogue = self._door.admission.limits, self._dialogue
        visit = limits.visit(self._caller.client.address, self._log)
        if limits.count_commands:
            dialogue.count = visit.count
        if where != "CONNECT":
            return None
        self._visit = visit
        refusal = visit.connect(self._turn_away)
        if refusal is None and dialogue.tls is not None:
            refusal = visit.count("TLS", dialogue.client)
        return refusal

    def _turn_away(self, refusal: Reply) -> None:
        """Learnt later: it was one connection too many."""
        self._dialogue.turn_away(refusal)
        self._connection.pump()

    def _wait(self, where: str, then: Then) -> None:
        admission = self._door.admission
        if admission.greeting_wait is None or where != "CONNECT" or self._connection.is_health_check:
            then()
            return

        def is_spared(spared: bool) -> None:
            if not spared:
                self._dialogue.greeting_wait = admission.greeting_wait
            then()
            self._connection.pump()

        inquire(_is_spared(self._caller.session(where)), self._answers, is_spared)

    def heard_early(self, event: SpokeEarly) -> None:
        """Tell of a client that did not wait."""
        after_s = asyncio.get_running_loop().time() - self._began
        client = self._caller.client
        said = f"PREGREET {event.size_bytes} after {after_s:.2g}"
        self._door.admission.log.info(f"{said} from [{client.address.text}]:{client.port}: {event.shown}")

    def leave(self) -> None:
        """The session is over."""
        if self._visit is not None:
            self._visit.leave()


def _told(matched: bool | Unavailable) -> bool | None:
    return None if isinstance(matched, Unavailable) else matched


def _is_spared(session: Session) -> Asking[bool]:
    """postscreen_access_list: the first word that has an opinion counts; one that cannot be asked has none."""
    for word in session.settings.postscreen_access_list:
        if word == SPARED:
            if (yield from is_trusted(session.settings.mynetworks, session)) is True:
                return True
        elif ":" in word:
            answer = yield from ask(TableLookup(word, (session.client.address.text,)))
            said = answer.value.value.strip().lower() if isinstance(answer, Found) else "dunno"
            if said != "dunno":
                return said == "permit"
    return False
