"""`gatepost postconf`: print parameters as Postfix's postconf(1) does.

Without options every parameter, with the value that is in force, as written in main.cf. Warnings go to standard
error; the exit status is 0, or 78 (EX_CONFIG, sysexits.h) when the configuration cannot be read.
"""

from pathlib import Path

import click

from gatepost.cli.options import EX_CONFIG, configuration_options, directory_of, overrides_of, show_complaints
from gatepost.config.loading import read_configuration
from gatepost.config.postconf_lines import Listing, lines
from gatepost.model.errors import ConfigurationError


@click.command("postconf")
@configuration_options
@click.option("-n", "only_set", is_flag=True, help="Only parameters that main.cf sets.")
@click.option("-d", "defaults", is_flag=True, help="The defaults, whatever main.cf says.")
@click.option("-x", "expand", is_flag=True, help="With $names expanded.")
@click.option("-h", "only_values", is_flag=True, help="Values without names.")
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
    try:
        configuration = read_configuration(directory_of(ctx, config_dir), overrides_of(overrides))
        listing = Listing(configuration)
        chosen = _chosen(listing, names, only_set=only_set, defaults=defaults)
        value_of = "default" if defaults else "expanded" if expand else "value"
        output = list(lines(listing, chosen, value_of, only_values=only_values))
    except ConfigurationError as error:
        show_complaints(error.complaints)
        ctx.exit(EX_CONFIG)
    if not names:
        show_complaints(configuration.complaints, least="warning")
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
