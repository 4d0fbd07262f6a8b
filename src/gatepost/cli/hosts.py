"""`gatepost hosts`: relay permission by client address, kept in the database table behind mynetworks."""

import getpass
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from gatepost.cli.options import (
    EX_CONFIG,
    configuration_options,
    directory_of,
    directory_option,
    overrides_of,
    show_complaints,
)
from gatepost.config.configuration import Configuration
from gatepost.config.loading import read_configuration
from gatepost.model.address import is_ip, parse_ip
from gatepost.model.errors import ConfigurationError
from gatepost.tools.relay_host_list import as_records, as_table
from gatepost.tools.relay_hosts import HostSource, host_source, matching_element, open_table, read_source, too_much
from gatepost.world.net.gateways import default_gateways
from gatepost.world.relay_hosts.databases import Database, with_values
from gatepost.world.relay_hosts.host_tables import HostTable, HostTableError
from gatepost.world.relay_hosts.lookup_files import lookup_text, write_secret
from gatepost.world.relay_hosts.network_schema import COLUMNS, TABLE_NAME, creation
from gatepost.world.relay_hosts.relay_host import TIME_FORMAT, HostRange, RelayHost, now_utc, read_range
from gatepost.world.tables.server import ServerAwayError
from gatepost.world.tables.sql_table import QueryRefusedError
from gatepost.world.tables.table import TableError

F = TypeVar("F", bound=Callable[..., Any])

_PERIOD = re.compile(r"(\d{1,5})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}
_DENIED = re.compile(r"denied|permission|readonly|read-only", re.IGNORECASE)
_TABLE = re.compile(r"[A-Za-z_]\w{0,62}(?:\.[A-Za-z_]\w{0,62})?", re.ASCII)


class _RefusedError(Exception):
    """The answer is no: what is said, for exit status 1."""


@click.group("hosts", short_help="Say which client addresses may relay.")
@directory_option
def hosts() -> None:
    """Show and change which client addresses may relay: the database table behind mynetworks.

    \b
    gatepost hosts init mysql:/etc/gatepost/database.cf --write /etc/gatepost/relay_hosts.cf
    gatepost hosts add 203.0.113.0/28 --client "Shop Ltd" --expires 30d
    gatepost hosts list
    gatepost hosts check 203.0.113.9
    gatepost hosts disable 203.0.113.0/28

    The table is the one that the lookup file asks which stands in mynetworks (mysql:, pgsql: or sqlite:, also behind
    proxy:). It may be the guide's, with the columns active, IP, Client and Comments, for single addresses; or one
    that init makes, for networks and IPv6 too, with who added what and when, and with expiry. Postfix reads both by
    the same lookup file. The server takes a change within two seconds (cache_ttl of the lookup file).

    The user of the lookup file needs no right to change the table: name one who has it with --login FILE.

    Exit status: 0 done, or the address may relay; 1 the answer is no, or the database does not answer; 2 usage; 78
    the configuration, the lookup file or the table cannot be used.
    """


def _range(_: click.Context, __: click.Parameter, value: str) -> HostRange:
    try:
        return read_range(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _line(_: click.Context, __: click.Parameter, value: str) -> str:
    """A text that any database takes and any terminal shows."""
    if not value.isprintable():
        raise click.BadParameter("holds a line end, a control character, or octets that are not UTF-8")
    return value


def _until(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """A day, to its end, or a time from now."""
    if value is None:
        return None
    period = _PERIOD.fullmatch(value)
    if period:
        return now_utc() + timedelta(hours=int(period[1]) * _HOURS[period[2]])
    try:
        return datetime.strptime(f"{value} 23:59:59", TIME_FORMAT)  # noqa: DTZ007 - the tables' times have no zone
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither a day (2027-01-31) nor a time (12h, 30d, 4w)") from None


def _guarded(command: F) -> F:
    """Add -c and -o, and turn what may go wrong into an exit status."""

    @wraps(command)
    def run(context: click.Context, /, *args: Any, **options: Any) -> None:  # noqa: ANN401 - those of the command
        try:
            command(context, *args, **options)
        except ConfigurationError as error:
            show_complaints(error.complaints)
            context.exit(EX_CONFIG)
        except TableError as error:
            show_complaints([error.complaint])
            context.exit(EX_CONFIG)
        except HostTableError as error:
            _fail(context, str(error), EX_CONFIG)
        except (_RefusedError, ServerAwayError, QueryRefusedError) as error:
            _fail(context, str(error), 1)

    return configuration_options(click.pass_context(run))  # type: ignore[return-value]  # click's


def _of_hosts(command: F) -> F:
    """The same, with --lookup and --login before."""
    login = click.option(
        "--login",
        type=click.Path(path_type=Path, dir_okay=False),
        help="A file with lines `user = …` and `password = …`, to change the table with.",
    )
    lookup = click.option("--lookup", metavar="TYPE:FILE", help="The lookup file, instead of that in mynetworks.")
    return _guarded(lookup(login(command)))


def _fail(context: click.Context, text: str, status: int) -> NoReturn:
    click.echo(f"gatepost hosts: {text}", err=True)
    context.exit(status)


def _configuration(context: click.Context, config_dir: Path | None, overrides: tuple[str, ...]) -> Configuration:
    return read_configuration(directory_of(context, config_dir), overrides_of(overrides))


@contextmanager
def _database(
    source: HostSource, login: Path | None, configuration: Configuration, *, creates: bool = False
) -> Iterator[Database]:
    """Open the database of a lookup file; what it says goes on without secrets."""
    show_complaints(source.file.complaints)
    file = source.file
    if login is not None:
        other = read_source(configuration, f"{source.kind}:{login.absolute()}").file
        file = with_values(file, {"user": other.user, "password": other.password})
    try:
        database = Database(source.kind, file, creates=creates)
        try:
            yield database
        finally:
            database.close()
    except (ServerAwayError, QueryRefusedError) as error:
        text = f"{source.file.label}: {file.conceal(source.file.conceal(str(error)))}"
        if isinstance(error, QueryRefusedError) and _DENIED.search(text):
            text += " -- give this user the right, or name one who has it: --login FILE"
        raise type(error)(text) from None


@contextmanager
def _table(
    context: click.Context,
    config_dir: Path | None,
    overrides: tuple[str, ...],
    lookup: str | None,
    login: Path | None,
) -> Iterator[HostTable]:
    configuration = _configuration(context, config_dir, overrides)
    source = host_source(configuration, lookup or "")
    with _database(source, login, configuration) as database:
        yield open_table(source, database)


@hosts.command("list")
@_of_hosts
@click.option("--json", "as_json", is_flag=True, help="For programs: a JSON list.")
def list_(context: click.Context, /, *, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - as _table has them
    """Show all entries."""
    with _table(context, **where) as table:
        found = table.hosts()
    if as_json:
        click.echo(json.dumps(as_records(found, now_utc()), indent=2))
        return
    for line in as_table(found, now_utc()):
        click.echo(line.encode("utf-8", "surrogateescape"))


@hosts.command()
@_of_hosts
@click.argument("network", callback=_range, metavar="ADDRESS|NETWORK")
@click.option("--client", default="", callback=_line, help="Whose it is.")
@click.option("--note", default="", callback=_line, help="What is to be said of it.")
@click.option(
    "--expires",
    callback=_until,
    metavar="DAY|TIME",
    help="Until the end of a day (2027-01-31, UTC), or for 12h, 30d, 4w.",
)
@click.option("--force", is_flag=True, help="Add also what is refused otherwise.")
def add(
    context: click.Context,
    /,
    *,
    network: HostRange,
    client: str,
    note: str,
    expires: datetime | None,
    force: bool,
    **where: Any,  # noqa: ANN401 - as _table has them
) -> None:
    """Let an address or a network relay.

    Refused without --force: everybody (0.0.0.0/0), networks wider than /16 (IPv6: /32), and the gateway of this
    machine, from which strangers may seem to come.
    """
    why_not = too_much(network, default_gateways())
    if why_not and not force:
        raise _RefusedError(f"not added: {why_not} (--force adds it all the same)")
    with _table(context, **where) as table:
        if not network.is_single and not table.takes_networks:
            raise HostTableError("this table holds single addresses; `gatepost hosts init` makes one for networks")
        if expires is not None and not table.keeps_expiry:
            raise HostTableError("this table has no column for an end; `gatepost hosts init` makes one that has")
        known = table.find(network)
        if known is not None:
            state = "" if known.is_active else f", switched off: gatepost hosts enable {network.text}"
            raise _RefusedError(f"{network.text} is there already{state}")
        host = RelayHost(network.text, True, client, note, _who(), now_utc(), expires)
        table.add(network, host)
    until = f", until {expires} UTC" if expires else ""
    click.echo(f"added {network.text}{_of(client)}{until}")


@hosts.command()
@_of_hosts
@click.argument("network", callback=_range, metavar="ADDRESS|NETWORK")
def enable(context: click.Context, /, *, network: HostRange, **where: Any) -> None:  # noqa: ANN401 - as _table has them
    """Let an entry relay that is switched off."""
    _switch(context, network, where, active=True)


@hosts.command()
@_of_hosts
@click.argument("network", callback=_range, metavar="ADDRESS|NETWORK")
def disable(context: click.Context, /, *, network: HostRange, **where: Any) -> None:  # noqa: ANN401 - as _table has them
    """Switch an entry off, and keep it."""
    _switch(context, network, where, active=False)


def _switch(context: click.Context, network: HostRange, where: dict[str, Any], *, active: bool) -> None:
    with _table(context, **where) as table:
        known = _known(table, network)
        table.set_active(network, active=active)
    click.echo(f"{'enabled' if active else 'disabled'} {network.text}{_of(known.client)}")
    if active and known.has_expired(now_utc()):
        text = f"it expired at {known.expires_at} UTC and does not relay: remove it and add it anew"
        click.echo(f"gatepost hosts: {network.text}: {text}", err=True)


@hosts.command()
@_of_hosts
@click.argument("network", callback=_range, metavar="ADDRESS|NETWORK")
def remove(context: click.Context, /, *, network: HostRange, **where: Any) -> None:  # noqa: ANN401 - as _table has them
    """Delete an entry."""
    with _table(context, **where) as table:
        known = _known(table, network)
        table.remove(network)
    click.echo(f"removed {network.text}{_of(known.client)}")


def _known(table: HostTable, network: HostRange) -> RelayHost:
    known = table.find(network)
    if known is None:
        raise _RefusedError(f"{network.text} is not in the table (gatepost hosts list shows what is)")
    return known


@hosts.command(short_help="Tell whether an address may relay, and why.")
@_guarded
@click.argument("address")
@click.option("--client-name", "name", default="", metavar="NAME", help="Its verified name; else it has none.")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
def check(
    context: click.Context,
    /,
    *,
    address: str,
    name: str,
    as_json: bool,
    config_dir: Path | None,
    overrides: tuple[str, ...],
) -> None:
    """Tell whether an address may relay, and which element of mynetworks says so."""
    if not is_ip(address.strip("[]")):
        raise click.BadParameter(f"{address!r} is not an IP address", param_hint="ADDRESS")
    asked = parse_ip(address.strip("[]"))
    match = matching_element(_configuration(context, config_dir, overrides), asked, name)
    if as_json:
        told = {"element": None, "may_relay": False, "found": "", "why": ""} if match is None else asdict(match)
        click.echo(json.dumps({"address": asked.text} | told, indent=2))
    elif match is None:
        click.echo(f"{asked.text} may not relay: no element of mynetworks holds it")
    elif match.why:
        click.echo(f"{asked.text} cannot be told: mynetworks element {match.element}: {match.why}")
    else:
        found = f" (it answers {match.found})" if match.found else ""
        may = "may" if match.may_relay else "may not"
        click.echo(f"{asked.text} {may} relay: mynetworks element {match.element} holds it{found}")
    context.exit(0 if match is not None and match.may_relay else 1)


@hosts.command(short_help="Make the table for networks, and its lookup file.")
@_of_hosts
@click.argument("lookup_file", required=False, metavar="[TYPE:FILE]")
@click.option("--name", "table", default=TABLE_NAME, help=f"The name of the table (default {TABLE_NAME}).")
@click.option(
    "--write", type=click.Path(path_type=Path, dir_okay=False), help="Write the lookup file here, with mode 0640."
)
def init(
    context: click.Context,
    /,
    *,
    lookup_file: str | None,
    table: str,
    write: Path | None,
    config_dir: Path | None,
    overrides: tuple[str, ...],
    lookup: str | None,
    login: Path | None,
) -> None:
    """Make the table for networks, and print the lookup file that asks it.

    TYPE:FILE names the database: a lookup file with hosts, user, password and dbname (sqlite: dbpath), which needs no
    query yet; without it, the one in mynetworks. A table that is there already is left as it is. What is printed
    leaves out the password; --write FILE writes it too.
    """
    if not _TABLE.fullmatch(table):
        raise click.BadParameter(f"{table!r} is not the name of a table", param_hint="--name")
    configuration = _configuration(context, config_dir, overrides)
    source = host_source(configuration, lookup_file or lookup or "")
    with _database(source, login, configuration, creates=True) as database:
        columns = {column.lower() for column in database.columns(table)}
        if columns and not columns >= COLUMNS:
            raise HostTableError(f"there is another table {table} already: choose a name with --name")
        for statement in () if columns else creation(source.kind, table):
            database.run(statement)
    click.echo(f"table {table} {'was there already' if columns else 'made'}", err=True)
    if write is None:
        click.echo(lookup_text(source.kind, source.file, table, shows_secrets=False), nl=False)
        return
    try:
        text = lookup_text(source.kind, source.file, table, shows_secrets=True)
        write_secret(write, text, configuration.text("mail_owner"))
    except OSError as error:
        raise _RefusedError(f"{write}: {error.strerror}") from None
    click.echo(f"written; now set: mynetworks = ..., proxy:{source.kind}:{write.absolute()}")


def _who() -> str:
    """The person, also behind sudo."""
    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container may run as a user that has no name
        name = f"uid {os.getuid()}"
    return name.encode("ascii", "replace").decode()[:64]


def _of(client: str) -> str:
    return f" ({client})" if client else ""
