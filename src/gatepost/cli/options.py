"""What every command shares: where the configuration is, and how its mistakes are told.

`-c DIR` works before and after the subcommand; `-o NAME=VALUE` lies on top of main.cf.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from gatepost.config.configuration import COMMAND_LINE
from gatepost.config.main_cf import parse_assignment
from gatepost.model.errors import Complaint

DEFAULT_DIRECTORY = Path("/etc/gatepost")
EX_CONFIG = 78
"""The exit status for a configuration that cannot be used (sysexits.h)."""

COLOURS = {"error": "red", "warning": "yellow", "notice": "cyan"}

F = TypeVar("F", bound=Callable[..., Any])


def configuration_options(command: F) -> F:
    """Add -c and -o to a command; it gets `config_dir` and `overrides`."""
    with_overrides = click.option(
        "-o", "overrides", multiple=True, metavar="NAME=VALUE", help="As if main.cf said so. May be repeated."
    )(command)
    return click.option(
        "-c",
        "config_dir",
        type=click.Path(path_type=Path, file_okay=False),
        help=f"The directory of main.cf and master.cf (default {DEFAULT_DIRECTORY}).",
    )(with_overrides)


def directory_option(group: F) -> F:
    """Add -c to a group of subcommands, before whose name it may stand as well as behind it."""

    def remember(context: click.Context, _: click.Parameter, value: Path | None) -> None:
        context.obj = value or context.obj

    return click.option(
        "-c",
        type=click.Path(path_type=Path, file_okay=False),
        callback=remember,
        expose_value=False,
        help=f"The directory of main.cf and master.cf (default {DEFAULT_DIRECTORY}); may also follow the subcommand.",
    )(group)


def directory_of(context: click.Context, config_dir: Path | None) -> Path:
    """The directory named by -c, here or before the subcommand, or the default one; as short as it can be written."""
    directory = Path(config_dir or context.obj or DEFAULT_DIRECTORY)
    return directory.resolve() if ".." in directory.parts else directory.absolute()


def overrides_of(texts: Iterable[str]) -> dict[str, str]:
    """The name=value pairs of -o. Raises ConfigurationError for one that is none."""
    entries = [parse_assignment(text, COMMAND_LINE) for text in texts]
    return {entry.name: entry.value for entry in entries}


def show_complaints(complaints: Iterable[Complaint], *, least: str = "notice") -> None:
    """Print findings to standard error, one line each; colour only on a terminal."""
    order = ("notice", "warning", "error")
    for complaint in complaints:
        if order.index(complaint.severity) >= order.index(least):
            line = str(complaint)
            coloured = click.style(complaint.severity, fg=COLOURS[complaint.severity], bold=True)
            click.echo(line.replace(f": {complaint.severity}: ", f": {coloured}: ", 1), err=True)
