"""unionmap and pipemap: tables made of other tables, `{type:name, type:name, …}`, each loaded as if it stood alone.

What such a table does with a key is a generator: it yields the member and the key to ask it for, is sent the
answer, and returns its own. The same generator is run at once where all members are in memory, and by callbacks where
one must be waited for. Several keys of one question are tried one after another.
"""

import asyncio
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass

from gatepost.model.answer import NOT_FOUND, Answer, Found, NotFound
from gatepost.policy.language.tokens import words
from gatepost.policy.questions import TableHit
from gatepost.world.tables.awaited import AwaitedTable, Done, Tell, Ticket, hit
from gatepost.world.tables.braces import BraceError, unbrace
from gatepost.world.tables.table import Loaded, LoadedTable, LocalTable, Table, TableRequest, TableType, fault

Asking = Generator[tuple[Table, str], Answer[str], Answer[str]]
Compose = Callable[[tuple[Table, ...], str], Asking]
"""What a composed table does with its members and one key."""


def load_composed(request: TableRequest, compose: Compose) -> Loaded:
    """Load the members and make the table over them. Raises TableError."""
    loaded = _Composed(_open_members(request), compose)
    if not all(isinstance(member, LocalTable) for member in loaded.members):
        return loaded
    complaints = tuple(complaint for member in loaded.members for complaint in member.complaints)
    files = tuple(path for member in loaded.members for path in member.files)
    return LoadedTable(loaded.find, complaints, files)


def _open_members(request: TableRequest) -> tuple[Table, ...]:
    from gatepost.world.tables.registry import load_table  # the registry names the composed types: a cycle otherwise

    cure = f"write it as {request.name.partition(':')[0]}:{{type:name, type:name}}"
    try:
        names = words(unbrace(request.argument))
    except BraceError as error:
        raise fault(request.shown_name, str(error), cure) from None
    wrong = [name for name in names if ":" not in name]
    if wrong or not names:
        text = f"{wrong[0]!r} is not of the form type:name" if wrong else "no table in it"
        raise fault(request.shown_name, text, cure)
    return tuple(
        load_table(
            name,
            base=request.base,
            smtputf8=request.smtputf8,
            parameter=request.parameter,
            keeps_first=request.keeps_first,
        )
        for name in names
    )


@dataclass(frozen=True, slots=True)
class _Composed:
    """The members, and what is done with them."""

    members: tuple[Table, ...]
    compose: Compose

    def find(self, key: str) -> Answer[str]:
        """The answer, all members being in memory."""
        answer = _run(self.compose(self.members, key))
        assert answer is not None
        return answer

    def make_table(self, record: TableType, request: TableRequest) -> Table:
        """Make the table that must be waited for."""
        return ComposedTable(record, request, self)


def _run(asking: Asking) -> Answer[str] | None:
    """Run to the end, or to where a member must be waited for (None)."""
    try:
        member, key = next(asking)
        while (answer := _instant(member, key)) is not None:
            member, key = asking.send(answer)
    except StopIteration as end:
        result: Answer[str] = end.value
        return result
    return None


def _instant(member: Table, key: str) -> Answer[str] | None:
    if isinstance(member, LocalTable):
        return member.find(key)
    assert isinstance(member, AwaitedTable)
    return _value(member.instant((key,)))


def _value(answer: Answer[TableHit] | None) -> Answer[str] | None:
    return Found(answer.value.value, answer.source) if isinstance(answer, Found) else answer


class ComposedTable(AwaitedTable):
    """A composed table of which some member must be waited for."""

    def __init__(self, record: TableType, request: TableRequest, composed: _Composed) -> None:
        complaints = tuple(complaint for member in composed.members for complaint in member.complaints)
        files = tuple(path for member in composed.members for path in member.files)
        super().__init__(request.name, record, complaints, files)
        self._composed = composed

    def start(self, tell: Tell, *, is_membership: bool) -> None:
        """Begin to serve, and so do the members."""
        for member in self._composed.members:
            if isinstance(member, AwaitedTable):
                member.start(tell, is_membership=is_membership)

    def close(self) -> None:
        """End what is open, the members' too."""
        for member in self._composed.members:
            if isinstance(member, AwaitedTable):
                member.close()

    def instant(self, keys: Iterable[str]) -> Answer[TableHit] | None:
        """The answer, where no member must be waited for."""
        for key in keys:
            answer = _run(self._composed.compose(self._composed.members, key))
            if not isinstance(answer, NotFound):
                return None if answer is None else hit(key, answer)
        return NOT_FOUND

    def ask(self, keys: tuple[str, ...], done: Done) -> Ticket:
        """Ask the members, one after another; `done` is called once, never from within this call."""
        ticket = Ticket(done)
        asyncio.get_running_loop().call_soon(self._try, keys, ticket)
        return ticket

    def _try(self, keys: tuple[str, ...], ticket: Ticket) -> None:
        if keys:
            self._go_on(self._composed.compose(self._composed.members, keys[0]), None, keys, ticket)
        else:
            ticket.tell(NOT_FOUND)

    def _go_on(self, asking: Asking, answer: Answer[str] | None, keys: tuple[str, ...], ticket: Ticket) -> None:
        """Send the generator what it waits for, until a member must be waited for or it ends."""
        try:
            member, key = next(asking) if answer is None else asking.send(answer)
            while (known := _instant(member, key)) is not None:
                member, key = asking.send(known)
        except StopIteration as end:
            if isinstance(end.value, NotFound):
                self._try(keys[1:], ticket)
            else:
                ticket.tell(hit(keys[0], end.value))
            return
        assert isinstance(member, AwaitedTable)
        member.ask((key,), lambda heard: self._go_on(asking, _value(heard), keys, ticket))
