"""gatepost postmap: ask a lookup table, or list it.

    gatepost postmap -q 192.0.2.1 cidr:/etc/postfix/clients.cidr
    gatepost postmap -q - hash:/etc/postfix/access < keys
    gatepost postmap -s texthash:/etc/postfix/access

One key is asked as it is: no parent domains, no partial networks (`gatepost explain` asks those). Several tables are
asked in turn until one knows the key. `-q -` reads keys from standard input, one per line, and writes `key<TAB>value`
for those that are found; `-s` writes every entry of a table of keys and values. A name without a type is `hash:`.
Findings about the tables go to standard error.

The tables are those that the server would use: a texthash with two equal keys fails here as it fails there.

Exit status: 0 found; 1 not found, or a table could not be asked; 2 usage.
Postfix: postmap(1)
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import click

from gatepost.model.answer import Found, Unavailable
from gatepost.world.tables import Table, load_table

_HELP = __doc__.partition("\n\n")[2].replace("    gatepost", "\b\n    gatepost", 1)
"""The manual without its headline; the examples keep their lines."""


@click.command(short_help="Ask a lookup table, or list it.", help=_HELP)
@click.option(
    "-c",
    "config_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where relative file names start (default: here).",
)
@click.option("-q", "key", metavar="KEY", help="Look up this key; `-` reads keys from standard input.")
@click.option("-s", "lists", is_flag=True, help="Write all entries.")
@click.option("-u", "octets", is_flag=True, help="Take keys and values as octets (as with smtputf8_enable = no).")
@click.argument("names", metavar="TYPE:NAME...", nargs=-1, required=True)
@click.pass_context
def postmap(
    context: click.Context,
    config_dir: Path | None,
    key: str | None,
    lists: bool,
    octets: bool,
    names: tuple[str, ...],
) -> None:
    """Run the command."""
    if lists == (key is not None):
        raise click.UsageError("give either -q KEY or -s")
    base = config_dir or context.obj
    tables = [_load(name if ":" in name else f"hash:{name}", base, smtputf8=not octets) for name in names]
    if lists:
        _list(tables)
    found = [_ask(tables, line, "\t") for line in _keys_from_input()] if key == "-" else [_ask(tables, key or "", "")]
    sys.exit(0 if any(found) else 1)


def _load(name: str, base: Path | None, *, smtputf8: bool) -> Table:
    table = load_table(name, base=base, smtputf8=smtputf8)
    for complaint in table.complaints:
        click.echo(f"postmap: {complaint}", err=True)
    return table


def _keys_from_input() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.removesuffix(b"\n").decode("utf-8", "surrogateescape")


def _ask(tables: list[Table], key: str, separator: str) -> bool:
    """Write the first answer; with a separator, the key before it."""
    for table in tables:
        match table.find(key):
            case Found(value):
                if not value:
                    click.echo(f"postmap: warning: {table.name}: the result for {key!r} is empty", err=True)
                _write(f"{key}{separator}{value}" if separator else value)
                return True
            case Unavailable(why):
                _fail(why)
    return False


def _list(tables: list[Table]) -> NoReturn:
    for table in tables:
        if table.entries is None:
            _fail(f"{table.name}: a table of this type, or in this state, cannot be listed")
        for key, value in table.entries():
            _write(f"{key}\t{value}")
    sys.exit(0)


def _write(line: str) -> None:
    click.echo(line.encode("utf-8", "surrogateescape"))


def _fail(why: str) -> NoReturn:
    click.echo(f"postmap: fatal: {why}", err=True)
    sys.exit(1)
