"""Where a restriction registers itself: its name, aliases, argument, what it needs to be known, its manual.

    @restriction("reject_rbl_client", "reject_rbl", argument=Argument.ZONE)
    def reject_rbl_client(session: Session, zone: DnsZone) -> Asking[Verdict]:
        '''Refuse a client whose address is on a DNS block list. …'''

A restriction that asks is a generator function; one that asks nothing is a plain function. Command-line help, man
pages, reference and explain are made from this record.
"""

import ast
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
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


def unmet_needs(session: Session) -> list[Needs]:
    """What is not known of a session, once for all restrictions of an evaluation."""
    unmet = []
    if session.helo_name is None:
        unmet.append(Needs.HELO)
    if session.sender is None:
        unmet.append(Needs.SENDER)
    if not session.sender:
        unmet.append(Needs.FULL_SENDER)
    if session.recipient is None:
        unmet.append(Needs.RECIPIENT)
    if session.etrn_domain is None:
        unmet.append(Needs.ETRN)
    return unmet


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


def _told_by(function: Callable[..., Any]) -> tuple[str | None, bool]:
    """The docstring of a function, and whether it is a generator function."""
    if inspect.isfunction(function):
        return inspect.getdoc(function), inspect.isgeneratorfunction(function)
    return told_by_source(function)


def told_by_source(function: Callable[..., Any]) -> tuple[str | None, bool]:
    """The same of one that is compiled (decision 0006) and keeps neither: its source is installed beside it."""
    node = _sources(function.__module__)[function.__name__]
    return ast.get_docstring(node), any(isinstance(each, ast.Yield | ast.YieldFrom) for each in ast.walk(node))


@lru_cache(maxsize=1)
def _sources(module: str) -> dict[str, ast.FunctionDef]:
    package, _, name = module.rpartition(".")
    source = pkgutil.get_data(package, f"{name}.py")
    assert source is not None, "every package of ours is in files"
    return {each.name: each for each in ast.parse(source).body if isinstance(each, ast.FunctionDef)}


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
        manual, asks = _told_by(function)
        if not manual:
            raise TypeError(f"restriction {name} has no docstring, which is its manual")
        record = Restriction(name, function, asks, argument, needs, aliases, manual, warning)
        for word in (name, *aliases):
            if RESTRICTIONS.setdefault(word, record) is not record:
                raise TypeError(f"restriction {word} is registered twice")
        return function

    return register
