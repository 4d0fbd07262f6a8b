"""Addresses that their own server is asked about: reject_unverified_recipient and reject_unverified_sender."""

from dataclasses import dataclass

from gatepost.model.answer import Answer, Found, Unavailable
from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.model.settings import Settings
from gatepost.model.verdict import DUNNO, Refuse, Verdict
from gatepost.policy.access import lookup_fault
from gatepost.policy.address_verification import AddressStatus, ProbeResult
from gatepost.policy.asking import Asking, ask
from gatepost.policy.questions import AddressProbe
from gatepost.policy.recipient_routes import split_status
from gatepost.policy.registry import Needs, restriction
from gatepost.policy.resolving import AddressClass, Resolved, resolve
from gatepost.policy.routing import MAILDIR, Route, route
from gatepost.policy.subjects import Subject
from gatepost.policy.temporary import temporary_failure

LONGEST_REASON = 250
"""Characters of what the other server said, in a reply that defers (postfix-semantics 3.12)."""


@restriction("reject_unverified_recipient", needs=Needs.RECIPIENT)
def reject_unverified_recipient(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a recipient that the next hop would refuse: it is asked by MAIL and RCPT, without a message.

    Asked is the hop that would get the mail: the one of transport_maps, else smtpd_proxy_filter, by SMTP or LMTP. The
    Maildirs take everybody. The probe comes from address_verify_sender.

    What the hop says is remembered in address_verify_map for all workers: a yes for 31 days and a no for 3 days
    (address_verify_positive_expire_time, …_negative_…), refreshed in the background after 7 days and 3 hours.
    Sessions that ask about the same recipient share one probe. The client waits for a new one, at most
    address_verify_poll_delay times address_verify_poll_count less one (6 seconds), then hears 450; the probe goes
    on, so the client's next try is answered at once. With address_verify_poll_count = 1 nobody waits.

    A recipient that the hop refused: unverified_recipient_reject_code (450), 4.1.1 or 5.1.1; by default the client
    may try again, so set 550 once the log looks right. One that was put off, or whose probe is not back:
    unverified_recipient_defer_code. 4xx raise defer_if_permit or refuse (unverified_recipient_tempfail_action); 2xx
    accept. The text is what the hop said; unverified_recipient_reject_reason replaces it, where clients should not
    hear that.

    Without this restriction the hop is asked too, when the recipient is offered to it: what is gained is that DNS and
    policy services behind it need not be asked for users who do not exist, and that a hop that is away is told apart.

    Unavailable: the cache or its file failed: 450 "address verification problem", by
    unverified_recipient_tempfail_action.
    Postfix: postconf(5) reject_unverified_recipient, ADDRESS_VERIFICATION_README.
    """
    return (yield from _judge(session, Subject.RECIPIENT, session.recipient or ""))


@restriction("reject_unverified_sender", needs=Needs.FULL_SENDER)
def reject_unverified_sender(session: Session, _: None) -> Asking[Verdict]:
    """Refuse a sender that its own domain would not take mail for: the domain's mail exchanger is asked.

    Asked are the MX hosts of the sender's domain, the best first, on port smtp_tcp_port; without MX its addresses.
    A sender in a domain of ours, or in transport_maps, is asked of the hop that mail to it would go to. The rest is
    as in reject_unverified_recipient: cache, waiting, codes (unverified_sender_reject_code and its like; 4.1.7,
    5.1.7).

    Use it for a few domains that are forged all the time (an access table with
    `example.com reject_unverified_sender`), not for all: every forged sender makes its innocent domain answer a
    connection of yours, and some sites list hosts that do that.

    Unavailable: as in reject_unverified_recipient. A domain whose MX cannot be looked up now is put off.
    Postfix: postconf(5) reject_unverified_sender, ADDRESS_VERIFICATION_README.
    """
    return (yield from _judge(session, Subject.SENDER, session.sender or ""))


@dataclass(frozen=True, slots=True)
class _Codes:
    """The parameters of one of the two, and their enhanced code without its class."""

    reject_code: int
    defer_code: int
    reject_reason: str
    tempfail_action: str
    status: str


def _codes(subject: Subject, settings: Settings) -> _Codes:
    if subject is Subject.SENDER:
        return _Codes(
            settings.unverified_sender_reject_code,
            settings.unverified_sender_defer_code,
            settings.unverified_sender_reject_reason,
            settings.unverified_sender_tempfail_action,
            ".1.7",
        )
    return _Codes(
        settings.unverified_recipient_reject_code,
        settings.unverified_recipient_defer_code,
        settings.unverified_recipient_reject_reason,
        settings.unverified_recipient_tempfail_action,
        ".1.1",
    )


def _judge(session: Session, subject: Subject, address: str) -> Asking[Verdict]:
    settings = session.settings
    question = yield from probe_of(subject, address, settings)
    if isinstance(question, Unavailable):
        return (yield from lookup_fault(session, subject, question.complaint()))
    answer: Answer[ProbeResult] = Found(question) if isinstance(question, ProbeResult) else (yield from ask(question))
    return _verdict(subject, address, answer, _codes(subject, settings))


def probe_of(subject: Subject, address: str, settings: Settings) -> Asking[AddressProbe | ProbeResult | Unavailable]:
    """The question to ask about an address; its result, where nobody need be asked; Unavailable: a table failed."""
    resolved = yield from resolve(address, settings)
    if isinstance(resolved, Unavailable):
        return resolved
    chosen = yield from route(resolved, settings)
    if isinstance(chosen, Unavailable):
        return chosen
    if chosen is not None and chosen.refuses:
        return _refused_by_route(chosen)
    hop = _asked_hop(subject, resolved, chosen, settings)
    if hop == MAILDIR:
        return ProbeResult(AddressStatus.DELIVERABLE, "the Maildirs take everybody")
    if hop is None:
        return ProbeResult(AddressStatus.DEFERRED, "mail transport unavailable")
    wait_s = (settings.address_verify_poll_count - 1) * settings.address_verify_poll_delay
    return AddressProbe(resolved.address, hop, settings.address_verify_sender, wait_s)


def _asked_hop(subject: Subject, resolved: Resolved, chosen: Route | None, settings: Settings) -> str | None:
    """The hop, "" for the mail exchangers of the address's domain, None for nobody."""
    if chosen is not None and chosen.hop:
        return chosen.hop
    if subject is Subject.SENDER and resolved.address_class is AddressClass.DEFAULT:
        return ""
    return settings.smtpd_proxy_filter or (MAILDIR if settings.maildir_directory else None)


def _refused_by_route(chosen: Route) -> ProbeResult:
    """What error(8) says of an address."""
    status = AddressStatus.DEFERRED if chosen.transport == "retry" else AddressStatus.UNDELIVERABLE
    return ProbeResult(status, split_status(chosen.nexthop)[1])


def _verdict(subject: Subject, address: str, answer: Answer[ProbeResult], codes: _Codes) -> Verdict:
    words = f"<{address}>: {subject.value} rejected: "
    if not isinstance(answer, Found):
        reply = Reply(450, f"4{codes.status}", f"{words}address verification problem")
        return temporary_failure(codes.tempfail_action, reply)
    result = answer.value
    if result.status is AddressStatus.DELIVERABLE:
        return DUNNO
    code = codes.reject_code if result.status is AddressStatus.UNDELIVERABLE else codes.defer_code
    reason = codes.reject_reason or result.text
    if code // 100 == 2:
        return DUNNO
    if code // 100 == 4:
        text = f"{words}unverified address: {reason[:LONGEST_REASON]}"
        return temporary_failure(codes.tempfail_action, Reply(code, f"4{codes.status}", text))
    return Refuse(Reply(code, f"5{codes.status}", f"{words}undeliverable address: {reason}"))
