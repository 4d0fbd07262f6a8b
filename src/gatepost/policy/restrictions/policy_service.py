"""check_policy_service: let another program decide, over Postfix's policy protocol (SMTPD_POLICY_README)."""

import re
from collections.abc import Iterator
from dataclasses import replace

from gatepost.model.answer import Found
from gatepost.model.session import UNKNOWN, ClientNames, Session
from gatepost.model.verdict import Ok, Restrictions, Verdict
from gatepost.policy.access import act_on
from gatepost.policy.asking import Asking, ask
from gatepost.policy.language.tokens import words
from gatepost.policy.policy_service import PolicyService
from gatepost.policy.questions import PolicyRequest
from gatepost.policy.registry import Argument, restriction
from gatepost.policy.subjects import client_names

WHOLE_MESSAGE_STATES = frozenset({"DATA", "BDAT", "END-OF-MESSAGE"})
"""Where the number of recipients is known: before, recipient_count is 0."""

_TO_ENCODE = re.compile(rb"[^!-*,-~]")

Attribute = tuple[str, str]


@restriction("check_policy_service", argument=Argument.POLICY_SERVICE)
def check_policy_service(session: Session, service: PolicyService) -> Asking[Verdict]:
    """Ask a policy server, and do what it answers, as if an access table had said so.

    The server is `inet:host:port`, `unix:path` or `local:path` (a relative path starts in queue_directory), or
    `{ endpoint, name=value, … }` where a name is timeout, max_idle, max_ttl, request_limit, try_limit, retry_delay,
    default_action or policy_context: what the parameter smtpd_policy_service_NAME says for all, said for this one.
    It is asked once for every recipient under smtpd_delay_reject, and for every list that names it; an empty
    `action=` permits. Replies speak of what the list is about.

    Connections are kept and shared by the sessions of a worker; a question that finds all of them busy opens
    another one, up to 100. A connection that fails is tried again on a new one, try_limit times in all.

    Unavailable: default_action takes the place of the answer. It is `451 4.3.5 Server configuration problem` unless
    set, which defers all mail while the server is down; with default_action=DUNNO the mail passes. It may name
    restrictions; a policy service among them that fails too answers 451 4.3.5.
    Postfix: postconf(5) check_policy_service, smtpd_policy_service_default_action; SMTPD_POLICY_README; access(5).
    """
    names = yield from client_names(session)
    settings = session.settings
    attributes = tuple(request_attributes(session, names, service.context(settings)))
    answer = yield from ask(PolicyRequest(service.endpoint, service.limits(settings), attributes))
    if isinstance(answer, Found):
        return (yield from _act(answer.value, session, service))
    verdict = yield from _act(service.action_without_answer(settings), session, service)
    return replace(verdict, stands_in=True) if isinstance(verdict, Restrictions) else verdict


def _act(action: str, session: Session, service: PolicyService) -> Asking[Verdict]:
    if not words(action):
        return Ok(f"{service.endpoint}: an empty action: taken as OK")
    return (yield from act_on(action, session, service.subject))


def request_attributes(session: Session, names: ClientNames, policy_context: str) -> Iterator[Attribute]:
    """What Postfix 3.7 sends, in its order.

    queue_id is empty, as with smtpd_proxy_filter: a gate without a queue has none. What belongs to one message is
    told by `instance`, the id of its log lines, from the first recipient on. `size` at the end is that of the
    message as it is handed on (Postfix counts a dot that SMTP doubled twice).
    """
    state = session.protocol_state
    yield "request", "smtpd_access_policy"
    yield "protocol_state", "DATA" if state == "BDAT" else state
    yield "protocol_name", session.protocol_name
    yield "client_address", session.client.address.text
    yield "client_name", names.name
    yield "client_port", str(session.client.port or UNKNOWN)
    yield "reverse_client_name", names.reverse_name
    yield "server_address", session.server_address
    yield "server_port", str(session.server_port)
    yield "helo_name", session.helo_name or ""
    yield "sender", session.sender or ""
    yield "recipient", session.recipient or ""
    yield "recipient_count", str(session.recipient_count if state in WHOLE_MESSAGE_STATES else 0)
    yield "queue_id", ""
    yield "instance", session.instance
    yield "size", str(session.size_bytes)
    yield "etrn_domain", session.etrn_domain or ""
    yield "stress", session.settings.stress
    yield from _sasl_attributes(session)
    yield from _tls_attributes(session)
    yield "policy_context", policy_context


def _sasl_attributes(session: Session) -> Iterator[Attribute]:
    sasl = session.sasl
    yield "sasl_method", sasl.method if sasl else ""
    yield "sasl_username", sasl.username if sasl else ""
    yield "sasl_sender", sasl.sender if sasl else ""


def _tls_attributes(session: Session) -> Iterator[Attribute]:
    """Names of certificates are in xtext, and only those of certificates that are trusted are told."""
    tls = session.tls
    is_trusted = tls is not None and tls.is_trusted
    yield "ccert_subject", _xtext(tls.subject_cn) if tls and is_trusted else ""
    yield "ccert_issuer", _xtext(tls.issuer_cn) if tls and is_trusted else ""
    yield "ccert_fingerprint", tls.certificate_fingerprint if tls else ""
    yield "ccert_pubkey_fingerprint", tls.public_key_fingerprint if tls else ""
    yield "encryption_protocol", tls.protocol if tls else ""
    yield "encryption_cipher", tls.cipher if tls else ""
    yield "encryption_keysize", str(tls.key_bits if tls else 0)


def _xtext(text: str) -> str:
    """RFC 3461 section 4, but for `=`, which Postfix leaves as it is: the value is all that follows the first one."""
    return _TO_ENCODE.sub(lambda octet: b"+%02X" % octet[0][0], text.encode("utf-8", "replace")).decode("ascii")
