"""One look-up in an access table, and what its answer means (access(5)).

Asks: TableLookup. Unavailable: as if the table had held `451 4.3.5 Server configuration error`, so warn_if_reject
turns it into a warning.
"""

from collections.abc import Iterable

from gatepost.model.answer import Found, NotFound, Unavailable
from gatepost.model.reply import Reply
from gatepost.model.session import Session
from gatepost.model.verdict import DUNNO, Refuse, Verdict
from gatepost.policy.access import CONFIGURATION_FAULT, act_on
from gatepost.policy.asking import Asking
from gatepost.policy.lookup_order import AccessTable, domain_keys
from gatepost.policy.questions import TableHit, TableLookup
from gatepost.policy.subjects import Subject, subject_name


def find_in_table(
    session: Session, subject: Subject, table: AccessTable, keys: Iterable[str]
) -> Asking[Verdict | None]:
    """The verdict of the first key that the table knows, which may be DUNNO; None where it knows none."""
    answer = yield TableLookup(table.name, tuple(keys))
    return None if isinstance(answer, NotFound) else (yield from _verdict(session, subject, table, answer))


def _verdict(
    session: Session, subject: Subject, table: AccessTable, answer: Found[TableHit] | Unavailable
) -> Asking[Verdict]:
    if isinstance(answer, Found):
        return (yield from act_on(answer.value.value, session, subject))
    name = yield from subject_name(session, subject)
    text = f"<{name}>: {subject.value} rejected: {CONFIGURATION_FAULT}"
    return Refuse(Reply(451, "4.3.5", text), complaint=answer.complaint(table.name))


def look_up(session: Session, subject: Subject, table: AccessTable, keys: Iterable[str]) -> Asking[Verdict]:
    """The verdict of the table; DUNNO where it knows none of the keys."""
    answer = yield TableLookup(table.name, tuple(keys))
    return DUNNO if isinstance(answer, NotFound) else (yield from _verdict(session, subject, table, answer))


def name_keys(session: Session, table: AccessTable, name: str) -> Iterable[str]:
    """The keys of a host name: itself, and its parents where the table is asked for them."""
    return domain_keys(name, partial=table.partial, parents_match=session.settings.access_parents_match)
