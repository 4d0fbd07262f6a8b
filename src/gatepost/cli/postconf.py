"""`gatepost postconf`: print parameters as Postfix's postconf(1) does.

Without options every parameter, with the value that is in force, as written in main.cf. Warnings go to standard
error; the exit status is 0, or 78 (EX_CONFIG, sysexits.h) when the configuration cannot be read.
"""

from pathlib import Path

import click

from gatepost.config.configuration import COMMAND_LINE
from gatepost.config.loading import read_configuration
from gatepost.config.main_cf import parse_assignment
from gatepost.config.postconf_lines import Listing, lines
from gatepost.model.errors import ConfigurationError

EX_CONFIG = 78
DEFAULT_DIRECTORY = Path("/etc/gatepost")


@click.command("postconf")
@click.option("-c", "config_dir", type=click.Path(path_type=Path), help="The directory of main.cf and master.cf.")
@click.option("-n", "only_set", is_flag=True, help="Only parameters that main.cf sets.")
@click.option("-d", "defaults", is_flag=True, help="The defaults, whatever main.cf says.")
@click.option("-x", "expand", is_flag=True, help="With $names expanded.")
@click.option("-h", "only_values", is_flag=True, help="Values without names.")
@click.option("-o", "overrides", multiple=True, metavar="NAME=VALUE", help="As if main.cf said so.")
@click.argument("names", nargs=-1)
@click.pass_context
def postconf(
    ctx: click.Context,
    config_dir: Path | None,
    only_set: bool,
    defaults: bool,
    expand: bool,
    only_values: bool,
    overrides: tuple[str, ...],
    names: tuple[str, ...],
) -> None:
    """Print parameters: all of them, those that main.cf sets (-n), or NAMES."""
    directory = config_dir or ctx.obj or DEFAULT_DIRECTORY
    try:
        on_top = [parse_assignment(text, COMMAND_LINE) for text in overrides]
        configuration = read_configuration(Path(directory), {entry.name: entry.value for entry in on_top})
        listing = Listing(configuration)
        chosen = _chosen(listing, names, only_set=only_set, defaults=defaults)
        value_of = "default" if defaults else "expanded" if expand else "value"
        output = list(lines(listing, chosen, value_of, only_values=only_values))
    except ConfigurationError as error:
        for complaint in error.complaints:
            click.echo(str(complaint), err=True)
        ctx.exit(EX_CONFIG)
    for complaint in configuration.complaints:
        if complaint.severity != "notice" and not names:
            click.echo(str(complaint), err=True)
    for line in output:
        click.echo(line.encode("utf-8", "surrogateescape"))


def _chosen(listing: Listing, names: tuple[str, ...], *, only_set: bool, defaults: bool) -> list[str]:
    if not names:
        return listing.set_names() if only_set else listing.default_names() if defaults else listing.all_names()
    known = [name for name in names if listing.knows(name)]
    for name in names:
        if name not in known:
            click.echo(f"postconf: warning: {name}: unknown parameter", err=True)
    return [name for name in known if not only_set or name in listing.set_names()]
