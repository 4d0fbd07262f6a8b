"""What a list is told of a session: the facts that the dialogue, the transaction and the caller hold just now."""

from dataclasses import replace
from typing import Any

from gatepost.model.session import SaslFacts, Session
from gatepost.service.caller import Caller
from gatepost.service.transaction import Transaction
from gatepost.wire.smtp.dialogue import SmtpDialogue


def session_facts(
    dialogue: SmtpDialogue,
    caller: Caller,
    transaction: Transaction | None,
    where: str,
    **changes: Any,  # noqa: ANN401 - fields of Session
) -> Session:
    """The facts at a stage; `changes` are those that this command is about to change."""
    facts = {
        "protocol_name": dialogue.protocol_name,
        "helo_name": dialogue.helo_name,
        "sender": transaction.sender.address if transaction else None,
        "size_bytes": transaction.sender.size_bytes if transaction else 0,
        "is_smtputf8": transaction is not None and transaction.sender.is_smtputf8,
        "recipient_count": dialogue.recipient_count,
        "is_pipelining_unauthorised": dialogue.is_pipelining_unauthorised,
        "server_address": caller.peer.server_address,
        "server_port": caller.peer.server_port,
        "tls": dialogue.tls,
        "sasl": _login(caller, transaction),
        "instance": transaction.ident if transaction and where != "MAIL" else "",
    }
    return caller.session(where, **facts | changes)


def _login(caller: Caller, transaction: Transaction | None) -> SaslFacts | None:
    """The login, and what MAIL AUTH= tells of the first sender; that alone is nobody's login."""
    login = caller.sasl
    submitter = transaction.sender.submitter if transaction else ""
    return replace(login or SaslFacts("", ""), sender=submitter) if submitter else login


def login_facts(caller: Caller, transaction: Transaction) -> str:
    """What the log line `client=` says of the login, in Postfix's words."""
    login = _login(caller, transaction)
    if login is None:
        return ""
    named = (("sasl_method", login.method), ("sasl_username", login.username), ("sasl_sender", login.sender))
    return "".join(f", {name}={value}" for name, value in named if value)
