"""gatepost postmap: ask a lookup table, list it, or compile it.

    gatepost postmap -q 192.0.2.1 cidr:/etc/postfix/clients.cidr
    gatepost postmap -q - hash:/etc/postfix/access < keys
    gatepost postmap -s texthash:/etc/postfix/access
    gatepost postmap lmdb:/etc/postfix/access
    gatepost postmap --access client 'mx.example.com[192.0.2.1]' hash:/etc/postfix/access

With `-q` one key is asked as it is. Several tables are asked in turn until one knows the key. `-q -` reads keys from
standard input, one per line, and writes `key<TAB>value` for those that are found; `-s` writes every entry of a table
of keys and values. A name without a type is `hash:`. Findings about the tables go to standard error.

`--access client|addr|helo KEY` asks as an access table is asked: it writes the full key, parent domains, partial
networks and `user@` in their order, and which of them answers.

With `-c DIR` relative names start there, and its main.cf, if there is one, is read for smtputf8_enable, for lookup
tables that are configured in it, and for recipient_delimiter and parent_domain_matches_subdomains.

With neither, FILE is compiled: `lmdb:FILE` (the default) into FILE.lmdb, `cdb:FILE` into FILE.cdb, for Postfix or for
a machine without the text. Gatepost itself needs no compiled file where the text is.

`-F`: values are lists of files; what they hold is compiled (in base64), or written.

The tables are those that the server would use, but for a texthash with two equal keys: it is unusable for a server,
and here, as with postmap, the first counts and a warning says so.

Exit status: 0 found, or compiled; 1 not found, or a table could not be asked or written; 2 usage.
Postfix: postmap(1)
"""

import base64
import binascii
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NoReturn, TypeVar

import click

from gatepost.cli.options import EX_CONFIG, show_complaints
from gatepost.config.configuration import Configuration
from gatepost.config.loading import load_configuration
from gatepost.config.policy_settings import build_settings
from gatepost.model.answer import Answer, Found, NotFound, Unavailable
from gatepost.model.errors import ConfigurationError
from gatepost.model.settings import Settings
from gatepost.tools.access_keys import KINDS, access_keys
from gatepost.world.tables import Table, load_table
from gatepost.world.tables.awaited import AwaitedTable
from gatepost.world.tables.compiled import READABLE, compile_text
from gatepost.world.tables.file_values import read_files
from gatepost.world.tables.find_now import find_now
from gatepost.world.tables.table import TableError

T = TypeVar("T")

_HELP = __doc__.partition("\n\n")[2].replace("    gatepost", "\b\n    gatepost", 1)
"""The manual without its headline; the examples keep their lines."""


@click.command(short_help="Ask a lookup table, list it, or compile it.", help=_HELP)
@click.option(
    "-c",
    "config_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where relative file names start (default: here), and main.cf may be.",
)
@click.option("-q", "key", metavar="KEY", help="Look up this key; `-` reads keys from standard input.")
@click.option("-s", "lists", is_flag=True, help="Write all entries.")
@click.option(
    "--access", type=(click.Choice(list(KINDS)), str), metavar="client|addr|helo KEY", help="Ask as a server would."
)
@click.option("-F", "of_files", is_flag=True, help="Values name files; take what they hold.")
@click.option("-u", "octets", is_flag=True, help="Take keys and values as octets (as with smtputf8_enable = no).")
@click.argument("names", metavar="TYPE:NAME...", nargs=-1, required=True)
@click.pass_context
def postmap(
    context: click.Context,
    config_dir: Path | None,
    key: str | None,
    lists: bool,
    access: tuple[str, str] | None,
    of_files: bool,
    octets: bool,
    names: tuple[str, ...],
) -> None:
    """Run the command."""
    if sum((lists, key is not None, access is not None)) > 1:
        raise click.UsageError("give one of -q KEY, -s and --access")
    base = config_dir or context.obj
    configuration = _configuration(base)
    smtputf8 = not octets and (configuration is None or configuration.yes("smtputf8_enable"))
    if key is None and access is None and not lists:
        _compile(names, base, smtputf8=smtputf8, of_files=of_files)
    full_names = [name if ":" in name else f"hash:{name}" for name in names]
    with Tables(full_names, base, configuration, smtputf8=smtputf8, of_files=of_files) as tables:
        if lists:
            tables.list()
        elif access is not None:
            _show_access(tables, *access, _settings(configuration))
        elif key == "-":
            found = [tables.show(line, f"{line}\t") for line in _keys_from_input()]
            sys.exit(0 if any(found) else 1)
        else:
            sys.exit(0 if tables.show(key or "", "") else 1)


class Tables(ExitStack):
    """The tables of one command line; what they have open towards servers is closed at the end."""

    def __init__(
        self,
        names: list[str],
        base: Path | None,
        configuration: Configuration | None,
        *,
        smtputf8: bool,
        of_files: bool,
    ) -> None:
        super().__init__()
        self._base = base
        self._of_files = of_files
        parameter = configuration.given if configuration else None
        self.tables = [
            load_table(name, base=base, smtputf8=smtputf8, parameter=parameter, keeps_first=True) for name in names
        ]
        for table in self.tables:
            for complaint in table.complaints:
                click.echo(f"postmap: {complaint}", err=True)
        for table in self.tables:
            if isinstance(table, AwaitedTable):
                self.callback(table.close)

    def ask(self, table: Table, key: str) -> Answer[str]:
        """Give the value of one key, or the octets of the files that it names."""
        answer = find_now(table, key)
        if not self._of_files or not isinstance(answer, Found):
            return answer
        if (table.files and not table.files[0].exists()) or isinstance(table, AwaitedTable):
            return _decoded(answer, table)
        return read_files(answer, self._base)

    def show(self, key: str, before: str) -> bool:
        """Write the first answer, with this before it."""
        for table in self.tables:
            match self.ask(table, key):
                case Found(value):
                    if not value:
                        click.echo(f"postmap: warning: {table.name}: the result for {key!r} is empty", err=True)
                    _write(f"{before}{value}")
                    return True
                case Unavailable(why):
                    _fail(why)
                case NotFound(why) if why:
                    click.echo(f"postmap: {table.name}: warning: {why}", err=True)
        return False

    def list(self) -> None:
        """Write all entries."""
        for table in self.tables:
            if table.entries is None:
                _fail(f"{table.name}: a table of this type, or in this state, cannot be listed")
            for key, value in table.entries():
                if not self._of_files:
                    _write(f"{key}\t{value}")
                elif isinstance(answer := self.ask(table, key), Found):
                    _write(f"{key}\t{answer.value}")


def _decoded(answer: Found[str], table: Table) -> Answer[str]:
    try:
        octets = base64.b64decode(answer.value, validate=True)
    except (binascii.Error, ValueError):
        return Unavailable(f"{table.name}: a value is not in base64")
    return Found(octets.decode("utf-8", "surrogateescape"), answer.source)


def _show_access(tables: Tables, kind: str, key: str, settings: Settings) -> NoReturn:
    """Write the keys in their order, and what is answered; each table begins anew, the first answer decides."""
    is_decided = False
    for table in tables.tables:
        try:
            keys = access_keys(kind, key, table.name, settings)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        for each in keys:
            answer = NotFound() if is_decided else tables.ask(table, each)
            if isinstance(answer, Unavailable):
                _fail(answer.why)
            if isinstance(answer, Found):
                _write(f"{table.name}\t{each}\tanswers ({answer.source}): {answer.value}")
            else:
                _write(f"{table.name}\t{each}\t{'not asked' if is_decided else 'not found'}")
            is_decided = is_decided or isinstance(answer, Found)
    sys.exit(0 if is_decided else 1)


def _configuration(base: Path | None) -> Configuration | None:
    """What main.cf of the directory says, where there is one."""
    if base is None or not (base / "main.cf").is_file():
        return None
    return _or_stop(lambda: load_configuration(base.absolute()))


def _settings(configuration: Configuration | None) -> Settings:
    return _or_stop(lambda: build_settings(configuration)) if configuration else Settings()


def _or_stop(read: Callable[[], T]) -> T:
    try:
        return read()
    except ConfigurationError as error:
        show_complaints(error.complaints)
        sys.exit(EX_CONFIG)


def _compile(names: tuple[str, ...], base: Path | None, *, smtputf8: bool, of_files: bool) -> NoReturn:
    for name in names:
        kind, argument = name.split(":", 1) if ":" in name else (READABLE[0], name)
        try:
            findings = compile_text(kind, argument, base, smtputf8=smtputf8, of_files=of_files)
        except TableError as error:
            _fail(str(error))
        for finding in findings:
            click.echo(f"postmap: {finding}", err=True)
    sys.exit(0)


def _keys_from_input() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.removesuffix(b"\n").decode("utf-8", "surrogateescape")


def _write(line: str) -> None:
    sys.stdout.buffer.write(line.encode("utf-8", "surrogateescape") + b"\n")


def _fail(why: str) -> NoReturn:
    click.echo(f"postmap: fatal: {why}", err=True)
    sys.exit(1)
