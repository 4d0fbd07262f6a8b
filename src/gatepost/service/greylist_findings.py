"""What is wrong with how greylisting is set up, told at load; and its parts made ready before workers give up root.

Told where check_greylist stands in a list, a restriction class, or what an access table answers: a store that cannot
be or cannot be written, times that contradict each other, what is never run, a mail address among clients. The driver
of the store and the public suffix list are loaded here, by the supervisor: mail_owner may be unable to read where
they are installed. What a table behind a server answers is not known: then a greylist_store that is set is a sign.
"""

from collections.abc import Iterator
from pathlib import Path

from gatepost.config.configuration import Configuration
from gatepost.model.errors import Complaint
from gatepost.model.settings import Settings
from gatepost.policy.language.compile import Policy
from gatepost.policy.lookup_order import AccessTable
from gatepost.service.write_rights import unwritable
from gatepost.world.greylists.opening import BadStoreNameError, open_greylist
from gatepost.world.greylists.pools import pool_of
from gatepost.world.tables import LocalTable, Tables

NAME = "check_greylist"

BEFORE_RECIPIENT = ("smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions")
"""With smtpd_delay_reject = no these are run before a recipient is known."""


def uses_greylisting(view: Configuration, policy: Policy, tables: Tables) -> bool:
    """Some list, restriction class or access table names it."""
    steps = [step for steps in policy.lists.values() for step in steps]
    if any(step.name == NAME for step in steps):
        return True
    if any(NAME in text for text in policy.settings.restriction_classes.values()):
        return True
    named = {step.argument.name for step in steps if isinstance(step.argument, AccessTable)}
    for table in map(tables.load, named):
        if not isinstance(table, LocalTable) and view.is_set("greylist_store"):
            return True
        if table.results is not None and any(NAME in text for text, _ in table.results()):
            return True
    return False


def greylist_findings(view: Configuration, policy: Policy, tables: Tables) -> Iterator[Complaint]:
    """What to say."""
    if not uses_greylisting(view, policy, tables):
        return
    yield from _store(view, policy.settings)
    yield from _times(view, policy.settings)
    for pattern in policy.settings.greylist_client_exceptions.patterns:
        if "@" in pattern.text and not pattern.table:
            text = f"greylist_client_exceptions: {pattern.text!r} is a mail address, and no client has such a name"
            yield _about(
                view, "greylist_client_exceptions", text, "write it in a table of greylist_sender_exceptions"
            )
    if not policy.settings.smtpd_delay_reject:
        for name in BEFORE_RECIPIENT:
            if any(step.name == NAME for step in policy.lists.get(name, ())):
                text = f"{name}: {NAME} is never run here: with smtpd_delay_reject = no there is no recipient yet"
                yield _about(view, name, text, "move it to smtpd_recipient_restrictions")
    if policy.settings.greylist_training:
        text = "greylist_training = yes: mail is written down, and none is put off"
        yield _about(view, "greylist_training", text, "remove the line when enough is known", "notice")


def _about(view: Configuration, name: str, text: str, cure: str, severity: str = "warning") -> Complaint:
    return Complaint(severity, view.place(name), text, cure)


def _store(view: Configuration, settings: Settings) -> Iterator[Complaint]:
    name = settings.greylist_store
    try:
        open_greylist(name)
    except BadStoreNameError as error:
        text = f"greylist_store: {error}: greylist_tempfail_action decides on all mail"
        yield _about(view, "greylist_store", text, error.cure)
    if settings.greylist_client_pools:
        pool_of("example.com")
    scheme, _, path = name.partition(":")
    if name == "memory:" and view.number("worker_processes") != 1:
        text = (
            "greylist_store = memory: each worker knows only what it has seen itself, and forgets it at each reload"
        )
        yield _about(view, "greylist_store", text, "write sqlite:$data_directory/greylist.db")
    if scheme == "sqlite" and Path(path).is_absolute():
        yield from _file(view, Path(path))


def _file(view: Configuration, path: Path) -> Iterator[Complaint]:
    owner = view.text("mail_owner")
    why = unwritable(path, owner)
    cure = f"install -d -o {owner} {path.parent}"
    if why:
        text = f"greylist_store: {why}: greylist_tempfail_action decides on all mail"
        yield _about(view, "greylist_store", text, f"give it to the workers: {cure}")
    elif not path.parent.is_dir():
        text = f"greylist_store: there is no directory {path.parent} yet: it is made when the first mail comes"
        yield _about(view, "greylist_store", text, f"to have the right owner: {cure}", "notice")


def _times(view: Configuration, settings: Settings) -> Iterator[Complaint]:
    delay, window = settings.greylist_delay, settings.greylist_retry_window
    ceiling, age = settings.greylist_delay_ceiling, settings.greylist_max_age
    if delay >= window:
        text = f"greylist_delay ({delay} s) is not shorter than greylist_retry_window ({window} s): no retry counts"
        yield _about(view, "greylist_delay", text, "make the delay shorter, or the window longer")
    if ceiling >= window:
        text = (
            f"greylist_delay_ceiling ({ceiling} s) is never reached: greylist_retry_window ({window} s) ends before"
        )
        yield _about(view, "greylist_delay_ceiling", text, "make it shorter than the window")
    elif 0 < ceiling < delay:
        text = f"greylist_delay_ceiling ({ceiling} s) is shorter than greylist_delay ({delay} s): it decides"
        yield _about(view, "greylist_delay_ceiling", text, "make it longer than the delay")
    if age <= window:
        text = f"greylist_max_age ({age} s) is no longer than greylist_retry_window ({window} s)"
        yield _about(view, "greylist_max_age", text, "write some weeks, such as 35d")
