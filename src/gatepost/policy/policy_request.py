"""The facts of a policy request: attributes of Postfix's policy protocol become a Session, for the policy door.

It is the reverse of what check_policy_service sends (restrictions/policy_service.py), and takes the attributes of
every Postfix from 2.1 on: what an older one does not send is not known, what a newer one adds is passed over. What
must be there: request, protocol_state and client_address; sender once there is a message; recipient at RCPT and VRFY.

`unknown` as client_name means what it means in Postfix: no name, or one that was not verified; only where client_name
is not sent at all the DNS is asked. helo_name, etrn_domain and recipient are not given where they are empty, and an
empty sender is the null sender, but before MAIL. Names of certificates come in xtext.

Not told by the protocol, and so taken for no: that a client pipelines without leave. That addresses are UTF-8
(SMTPUTF8) is seen from them.

Raises: ValueError, its text a line for the log.
Postfix: SMTPD_POLICY_README.
"""

import re
from collections.abc import Mapping

from gatepost.model.address import IPAddress, parse_ip
from gatepost.model.session import NO_ADDRESS, UNKNOWN, Client, ClientNames, SaslFacts, Session, TlsFacts
from gatepost.model.settings import Settings
from gatepost.policy.subjects import Subject

Attributes = Mapping[str, str]

REQUEST = "smtpd_access_policy"

SUBJECTS = {
    "CONNECT": Subject.CLIENT,
    "XCLIENT": Subject.CLIENT,
    "HELO": Subject.HELO,
    "EHLO": Subject.HELO,
    "MAIL": Subject.SENDER,
    "RCPT": Subject.RECIPIENT,
    "VRFY": Subject.RECIPIENT,
    "DATA": Subject.DATA,
    "END-OF-MESSAGE": Subject.END_OF_DATA,
    "ETRN": Subject.ETRN,
}
"""Every protocol_state, and what a list that is run there is about unless smtpd_delay_reject has moved it."""

WITH_SENDER = frozenset({"MAIL", "RCPT", "DATA", "END-OF-MESSAGE"})
WITH_RECIPIENT = frozenset({"RCPT", "VRFY"})

MOST_DIGITS = 18
"""What 64 bits hold."""
_XTEXT = re.compile(r"\+([0-9A-F]{2})")


def session_of(attributes: Attributes, settings: Settings) -> Session:
    """The session that a request tells of."""
    told = attributes.get
    request, state = told("request"), told("protocol_state", "")
    if request != REQUEST:
        raise ValueError(f"request={_required(attributes, 'request')!r}: only {REQUEST} is served")
    if state not in SUBJECTS:
        state = _required(attributes, "protocol_state")
        raise ValueError(f"protocol_state={state!r} is none of {', '.join(SUBJECTS)}")
    for name in _REQUIRED[state]:
        if name not in attributes:
            raise ValueError(f"no {name}= in the request")
    sender, recipient = told("sender", ""), told("recipient", "")
    return Session(
        Client(_address(attributes), _number(attributes, "client_port"), _names(attributes)),
        settings,
        state,
        protocol_name=told("protocol_name", "SMTP"),
        helo_name=told("helo_name") or None,
        sender=sender if sender or state in WITH_SENDER else None,
        recipient=recipient or None,
        recipient_count=_number(attributes, "recipient_count"),
        size_bytes=_number(attributes, "size"),
        etrn_domain=told("etrn_domain") or None,
        is_smtputf8=not (sender.isascii() and recipient.isascii()),
        server_address=told("server_address", ""),
        server_port=_number(attributes, "server_port"),
        instance=told("instance", ""),
        tls=_tls(attributes) if told("encryption_protocol") else None,
        sasl=_sasl(attributes),
    )


_REQUIRED = {
    state: (("sender",) if state in WITH_SENDER else ()) + (("recipient",) if state in WITH_RECIPIENT else ())
    for state in SUBJECTS
}


def _required(attributes: Attributes, name: str) -> str:
    value = attributes.get(name)
    if value is None:
        raise ValueError(f"no {name}= in the request")
    return value


def _address(attributes: Attributes) -> IPAddress:
    text = _required(attributes, "client_address")
    if text == UNKNOWN:
        return NO_ADDRESS
    try:
        return parse_ip(text)
    except ValueError:
        raise ValueError(f"client_address={text!r} is no address") from None


def _names(attributes: Attributes) -> ClientNames | None:
    name = attributes.get("client_name")
    if name is None:
        return None
    return ClientNames.told(name or UNKNOWN, attributes.get("reverse_client_name", name) or UNKNOWN)


def _number(attributes: Attributes, name: str) -> int:
    text = attributes.get(name)
    if not text or text == UNKNOWN:
        return 0
    if not (text.isdigit() and text.isascii()) or len(text) > MOST_DIGITS:
        raise ValueError(f"{name}={text!r} is no number")
    return int(text)


def _tls(attributes: Attributes) -> TlsFacts:
    """Postfix names the certificate only where it is trusted; of any other it tells the fingerprints alone."""
    told = attributes.get
    subject, issuer = told("ccert_subject", ""), told("ccert_issuer", "")
    return TlsFacts(
        told("encryption_protocol", ""),
        told("encryption_cipher", ""),
        _number(attributes, "encryption_keysize"),
        _from_xtext(subject),
        _from_xtext(issuer),
        told("ccert_fingerprint", ""),
        told("ccert_pubkey_fingerprint", ""),
        is_trusted=bool(subject or issuer),
    )


def _from_xtext(text: str) -> str:
    """RFC 3461 section 4."""
    octets = text.encode("utf-8", "surrogateescape").decode("latin-1")
    return (
        _XTEXT.sub(lambda match: chr(int(match[1], 16)), octets).encode("latin-1").decode("utf-8", "surrogateescape")
    )


def _sasl(attributes: Attributes) -> SaslFacts | None:
    told = attributes.get
    method, username, sender = told("sasl_method", ""), told("sasl_username", ""), told("sasl_sender", "")
    return SaslFacts(method, username, sender) if method or username or sender else None
