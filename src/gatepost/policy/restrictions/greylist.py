"""check_greylist: put the first mail of a stranger off, and know those who come again."""

from functools import lru_cache

from gatepost.model.answer import Answer, Found, Unavailable
from gatepost.model.reply import Reply
from gatepost.model.session import ClientNames, NameStatus, Session
from gatepost.model.settings import Settings
from gatepost.model.verdict import DUNNO, DeferIfPermit, Refuse, Verdict
from gatepost.policy.access import lookup_fault
from gatepost.policy.asking import Asking, ask
from gatepost.policy.greylisting import Decision, GreylistTerms
from gatepost.policy.lookup_order import mail_address_keys, tries_partial_keys
from gatepost.policy.matching import Matched, client_matches
from gatepost.policy.questions import GreylistAttempt, TableLookup
from gatepost.policy.registry import Needs, restriction
from gatepost.policy.subjects import Subject, client_names, recipient_rejection
from gatepost.policy.triplets import network_of_client, recipient_of_triplet, sender_of_triplet, tells_a_pool


@restriction("check_greylist", needs=Needs.RECIPIENT)
def check_greylist(session: Session, _: None) -> Asking[Verdict]:
    """Put off mail from a client, sender and recipient not seen together before; accept it when it comes again.

    The first try hears `450 4.2.0 ... Greylisted, try again in 300 seconds` (greylist_text), as by defer_if_permit: a
    restriction behind it may still refuse for good. A try after greylist_delay and within greylist_retry_window
    passes, and the three are known for greylist_max_age from their last mail. A client with
    greylist_auto_allow_clients good retries is put off no more. greylist_delay_ceiling bounds how long one sender
    waits for one recipient, whichever machines it tries from.

    All machines under one organisational domain are one client, where the name is verified (greylist_client_pools);
    other clients are told apart by network. Senders are compared without what bounce addresses change from mail to
    mail, recipients without their extension. Clients that have logged in pass, and so do those that
    greylist_client_exceptions, greylist_sender_exceptions and greylist_recipient_exceptions name. With
    greylist_training all is written down and nothing put off.

    It writes down, so it is asked in its turn and for each recipient anew. Put it last, behind whatever refuses
    unknown recipients and listed clients: who will be refused need not wait first. `gatepost greylist` lists, allows
    and forgets; `gatepost greylist expect` opens a window for a mail that somebody waits for.

    Unavailable: greylist_tempfail_action, which lets the mail pass unless set. The log says once that the store is
    away. An exception table that cannot be asked is 451 4.3.0.
    Postfix: none; SMTPD_POLICY_README leaves greylisting to policy servers.
    """
    if session.sender is None or (session.sasl is not None and session.sasl.username):
        return DUNNO
    settings = session.settings
    if (
        settings.greylist_client_exceptions.patterns
        or settings.greylist_sender_exceptions
        or settings.greylist_recipient_exceptions
    ):
        is_exempt = yield from _is_exempt(session)
        if isinstance(is_exempt, Unavailable):
            return (yield from lookup_fault(session, Subject.RECIPIENT, is_exempt.complaint()))
        if is_exempt:
            return DUNNO
    names = session.client.names
    if names is None and settings.greylist_client_pools:
        names = yield from client_names(session)
    answer = yield greylist_attempt(session, names)
    return _verdict(session, answer)


def greylist_attempt(session: Session, names: ClientNames | None) -> GreylistAttempt:
    """The question about this session, in normal form. `names` are the client's; None: they do not matter."""
    settings = session.settings
    address = session.client.address
    pool_name = ""
    if names is not None and names.name_status is NameStatus.VERIFIED and settings.greylist_client_pools:
        pool_name = names.name if tells_a_pool(names.name, address) else ""
    return GreylistAttempt(
        settings.greylist_store,
        pool_name,
        network_of_client(address.octets, settings.greylist_ipv4_prefix_length, settings.greylist_ipv6_prefix_length),
        sender_of_triplet(session.sender or ""),
        recipient_of_triplet(session.recipient or "", settings.recipient_delimiter),
        greylist_terms(settings),
    )


def greylist_terms(settings: Settings) -> GreylistTerms:
    """The terms that these parameters set."""
    return _terms(
        settings.greylist_delay,
        settings.greylist_retry_window,
        settings.greylist_max_age,
        settings.greylist_delay_ceiling,
        settings.greylist_auto_allow_clients,
    )


@lru_cache(maxsize=16)
def _terms(*values: int) -> GreylistTerms:
    return GreylistTerms(*values)


def _is_exempt(session: Session) -> Asking[Matched]:
    """Some exception names the client, the sender or the recipient."""
    settings = session.settings
    if settings.greylist_client_exceptions.patterns:
        matched = yield from client_matches(settings.greylist_client_exceptions, session)
        if matched:
            return matched
    for tables, address in (
        (settings.greylist_sender_exceptions, session.sender or settings.smtpd_null_access_lookup_key),
        (settings.greylist_recipient_exceptions, session.recipient or ""),
    ):
        for table in tables:
            matched = yield from _is_in_table(session, table, address)
            if matched:
                return matched
    return False


def _is_in_table(session: Session, table: str, address: str) -> Asking[Matched]:
    """The table knows the address, its domain or a parent of it, or `user@`, and says anything but DUNNO."""
    settings = session.settings
    keys = mail_address_keys(
        address,
        partial=tries_partial_keys(table) and "@" in address,
        delimiters=settings.recipient_delimiter,
        parents_match=settings.access_parents_match,
        owner_request_special=settings.owner_request_special,
    )
    answer = yield from ask(TableLookup(table, tuple(keys) if "@" in address else (address,)))
    if isinstance(answer, Unavailable):
        return answer
    return isinstance(answer, Found) and answer.value.value.strip().upper() != "DUNNO"


def _verdict(session: Session, answer: Answer[Decision]) -> Verdict:
    settings = session.settings
    if not isinstance(answer, Found):
        action = "dunno" if settings.greylist_training else settings.greylist_tempfail_action
        if action == "dunno":
            return DUNNO
        reply = recipient_rejection(session, 450, "4.3.0", "Greylisting is out of order, try again later")
        return DeferIfPermit(reply) if action == "defer_if_permit" else Refuse(reply)
    decision = answer.value
    if decision.passes or settings.greylist_training:
        return DUNNO
    return DeferIfPermit(greylisted(session, decision.seconds_left))


def greylisted(session: Session, seconds_left: int) -> Reply:
    """The reply to who must come again: greylist_text, with %s for the seconds and %r for the recipient's domain."""
    text = session.settings.greylist_text.replace("%s", str(seconds_left))
    if "%r" in text:
        text = text.replace("%r", (session.recipient or "").rpartition("@")[2])
    return recipient_rejection(session, 450, "4.2.0", text)
