"""`gatepost help`: the manual, from the same records that the server runs by."""

import json
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from gatepost.cli.options import (
    DEFAULT_DIRECTORY,
    EX_CONFIG,
    configuration_options,
    directory_of,
    overrides_of,
    show_complaints,
)
from gatepost.config.configuration import Configuration
from gatepost.config.loading import read_configuration
from gatepost.config.parameters import is_own
from gatepost.manual.contents import Contents
from gatepost.manual.topics.parameters import shown
from gatepost.manual.topics.topic import Fact, Kind, Topic
from gatepost.manual.writing.as_json import as_dict
from gatepost.manual.writing.terminal import TerminalWriter, plain
from gatepost.model.errors import ConfigurationError
from gatepost.service.unused_parameters import USED

KINDS = {word: kind for kind in Kind for word in (kind.value, kind.value.removesuffix("s"))}
"""The words that stand for all of a kind."""

_HEADINGS = {
    Kind.RESTRICTION: "Restrictions",
    Kind.ACTION: "Actions of access tables",
    Kind.TABLE: "Table types",
}


@click.command("help")
@configuration_options
@click.option("--json", "as_json", is_flag=True, help="For programs: a JSON list, one object for each topic.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.pass_context
def help(  # noqa: A001 - a command is a function of its name
    context: click.Context, config_dir: Path | None, overrides: tuple[str, ...], as_json: bool, names: tuple[str, ...]
) -> None:
    """Tell what NAME is: a restriction (older names too), parameter, table type, action of access tables, command.

    Without NAME, what there is. `restrictions`, `parameters`, `tables`, `actions` and `commands` list all of a kind,
    a line each. With -c, or where /etc/gatepost has a main.cf, the value that a parameter has there is told too.

    A person reads wrapped text with names in bold; piped it is plain, a line for each. --json gives kind, name,
    synopsis, aliases, group, summary, text, facts and see_also of each; of a parameter also default, postfix_default,
    because, type, unit, least, most, choices, is_carried_out, and its value where a configuration is read.

    Exit status: 0; 1 for a name that nobody knows, with the nearest ones; 78 for a configuration that cannot be read.
    """
    contents = Contents(context.find_root().command, USED)  # type: ignore[arg-type]  # the root is the group of commands
    try:
        configuration = _configuration(context, config_dir, overrides)
        printer = _Printer(contents, configuration)
        status = printer.as_json(names) if as_json else printer.as_text(names)
    except ConfigurationError as error:
        show_complaints(error.complaints)
        status = EX_CONFIG
    context.exit(status)


def _configuration(
    context: click.Context, config_dir: Path | None, overrides: tuple[str, ...]
) -> Configuration | None:
    """The one that is named, or the default one if it is there."""
    directory = directory_of(context, config_dir)
    if directory == DEFAULT_DIRECTORY and not (directory / "main.cf").exists():
        return None
    return read_configuration(directory, overrides_of(overrides))


class _Printer:
    """Prints what names mean."""

    def __init__(self, contents: Contents, configuration: Configuration | None) -> None:
        self._contents = contents
        self._configuration = configuration
        self._writer = _writer()

    def as_text(self, names: tuple[str, ...]) -> int:
        """For people."""
        if not names:
            _print(self._overview())
        status = 0
        for position, name in enumerate(names):
            if position:
                click.echo()
            status = max(status, self._one(name))
        return status

    def _one(self, name: str) -> int:
        if name in KINDS:
            _print(self._writer.summaries(self._contents.of_kind(KINDS[name])))
            return 0
        topics = self._contents.find(name)
        for position, topic in enumerate(topics):
            if position:
                click.echo()
            also = self._contents.see_also(topic)
            _print(self._writer.topic(topic, also, self._in_force(topic)))
        return 0 if topics else self._unknown(name)

    def _overview(self) -> Iterable[str]:
        commands = [topic.name for topic in self._contents.of_kind(Kind.COMMAND)]
        yield from (*self._writer.names("Commands", commands), "")
        for kind in (Kind.RESTRICTION, Kind.ACTION, Kind.TABLE):
            names = sorted(name for topic in self._contents.of_kind(kind) for name in (topic.name, *topic.aliases))
            yield from (*self._writer.names(_HEADINGS[kind], names), "")
        parameters = self._contents.of_kind(Kind.PARAMETER)
        own = sorted(topic.name for topic in parameters if is_own(topic.name))
        yield from (*self._writer.names(f"Parameters: {len(parameters)}, among them Gatepost's own", own), "")
        yield from self._writer.paragraph(
            "gatepost help NAME tells about one; gatepost help parameters lists all of a kind."
        )

    def _in_force(self, topic: Topic) -> tuple[Fact, ...]:
        """What a parameter is in this configuration."""
        configuration = self._configuration
        if configuration is None or topic.kind is not Kind.PARAMETER:
            return ()
        place = str(configuration.place(topic.name)) if configuration.is_set(topic.name) else "by default"
        value = " ".join(configuration.text(topic.name).split())
        return (("In force", f"{shown(value)} ({place})"),)

    def as_json(self, names: tuple[str, ...]) -> int:
        """For programs."""
        found: list[dict[str, Any]] = []
        status = 0
        for name in names or [kind.value for kind in Kind]:
            topics = self._contents.of_kind(KINDS[name]) if name in KINDS else self._contents.find(name)
            found += [self._as_dict(topic) for topic in topics]
            status = max(status, 0 if topics else self._unknown(name))
        click.echo(json.dumps(found, indent=2))
        return status

    def _as_dict(self, topic: Topic) -> dict[str, Any]:
        told = as_dict(topic, self._contents.see_also(topic))
        if self._configuration is not None and topic.kind is Kind.PARAMETER:
            told["value"] = self._configuration.text(topic.name)
        return told

    def _unknown(self, name: str) -> int:
        near = self._contents.nearest(name)
        cure = f"did you mean {', '.join(near)}?" if near else "gatepost help lists what there is"
        click.echo(f"help: {name!r} is not known; {cure}", err=True)
        return 1


def _writer() -> TerminalWriter:
    if not sys.stdout.isatty():
        return TerminalWriter()
    width = shutil.get_terminal_size().columns
    return TerminalWriter(width, plain if "NO_COLOR" in os.environ else _bold)


def _bold(text: str) -> str:
    return click.style(text, bold=True)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line.rstrip().encode("utf-8", "surrogateescape"))
