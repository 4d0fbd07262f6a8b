"""Where a restriction registers itself: its name, aliases, argument, what it needs to be known, its manual.

    @restriction("reject_rbl_client", "reject_rbl", argument=Argument.ZONE)
    def reject_rbl_client(session: Session, zone: DnsZone) -> Asking[Verdict]:
        '''Refuse a client whose address is on a DNS block list. …'''

A restriction that asks is a generator function; one that asks nothing is a plain function. Command-line help, man
pages, reference and explain are made from this record.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from gatepost.model.session import Session

F = TypeVar("F", bound=Callable[..., Any])


class Argument(Enum):
    """What follows a restriction's name, and so what its function is given."""

    NONE = "none"
    SUBJECT = "none, but its text names the list it stands in"
    TABLE = "type:table"
    CERTIFICATE_TABLE = "type:table, or { type:table, { search_order = kinds of fingerprint } }"
    ZONE = "domain[=filter]"
    POLICY_SERVICE = "a policy server (inet:host:port, unix:path or { endpoint, name=value, … })"
    SECONDS = "seconds"


class Needs(Enum):
    """What must be known of the session; a restriction whose attribute is unknown is skipped silently."""

    NOTHING = "nothing"
    HELO = "HELO"
    SENDER = "sender"
    FULL_SENDER = "sender that is not null"
    RECIPIENT = "recipient"
    ETRN = "ETRN argument"

    __hash__ = object.__hash__  # Enum's own is Python and costs each restriction of each session 0.3 us

    def are_met(self, session: Session) -> bool:
        """The attribute is known."""
        return _MET[self](session)


_MET: dict[Needs, Callable[[Session], bool]] = {
    Needs.NOTHING: lambda session: True,  # noqa: ARG005 - one signature for the whole table
    Needs.HELO: lambda session: session.helo_name is not None,
    Needs.SENDER: lambda session: session.sender is not None,
    Needs.FULL_SENDER: lambda session: bool(session.sender),
    Needs.RECIPIENT: lambda session: session.recipient is not None,
    Needs.ETRN: lambda session: session.etrn_domain is not None,
}


@dataclass(frozen=True, slots=True)
class Restriction:
    """The record of one restriction. `manual` is its docstring; `warning` is said when it stands in a policy."""

    name: str
    function: Callable[..., Any]
    asks: bool
    argument: Argument
    needs: Needs
    aliases: tuple[str, ...]
    manual: str
    warning: str


RESTRICTIONS: dict[str, Restriction] = {}
"""Every restriction by name and by alias, all lower case: built-in names are compared without case."""


def restriction(
    name: str,
    *aliases: str,
    argument: Argument = Argument.NONE,
    needs: Needs = Needs.NOTHING,
    warning: str = "",
) -> Callable[[F], F]:
    """Register a function as the restriction of this name."""

    def register(function: F) -> F:
        asks = inspect.isgeneratorfunction(function)
        manual = inspect.getdoc(function)
        if not manual:
            raise TypeError(f"restriction {name} has no docstring, which is its manual")
        record = Restriction(name, function, asks, argument, needs, aliases, manual, warning)
        for word in (name, *aliases):
            if RESTRICTIONS.setdefault(word, record) is not record:
                raise TypeError(f"restriction {word} is registered twice")
        return function

    return register
