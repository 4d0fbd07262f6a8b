"""`gatepost check`: is this configuration fit to serve, who may relay, what does it ask, what is dangerous?"""

import json
from pathlib import Path
from typing import Any

import click

from gatepost.cli.options import EX_CONFIG, configuration_options, directory_of, overrides_of, show_complaints
from gatepost.model.errors import Complaint, ConfigurationError
from gatepost.service.doors.policyd import PolicyDoor
from gatepost.service.gate import load_gate
from gatepost.tools.overview import Overview, overview
from gatepost.tools.policyd_overview import PolicydOverview, policyd_overview


@click.command()
@configuration_options
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
@click.option("--strict", is_flag=True, help="Exit with 1 where there is a warning.")
@click.pass_context
def check(
    context: click.Context, config_dir: Path | None, overrides: tuple[str, ...], as_json: bool, strict: bool
) -> None:
    """Read the whole configuration and tell what it would do, without serving.

    Prints, for each door, who may relay, which lists and tables are asked, where accepted mail goes; and on standard
    error every finding with file, line and cure.

    Exit status: 0 fine, 1 some mail would hear 451 or relay that should not (with --strict: any warning), 78 the
    configuration cannot be used.
    """
    try:
        gate = load_gate(directory_of(context, config_dir), overrides_of(overrides))
    except ConfigurationError as error:
        if as_json:
            _print_json(usable=False, doors=[], complaints=error.complaints)
        show_complaints(error.complaints)
        context.exit(EX_CONFIG)
    seen: list[Overview | PolicydOverview] = [overview(door) for door in gate.smtp_doors]
    seen += [policyd_overview(door) for door in gate.doors if isinstance(door, PolicyDoor)]
    if as_json:
        _print_json(usable=True, doors=[each.as_dict() for each in seen], complaints=gate.complaints)
    else:
        show_complaints(gate.complaints)
        for each in seen:
            _show(each)
    is_bad = any(each.is_serious or (strict and each.severity == "warning") for each in gate.complaints)
    context.exit(1 if is_bad else 0)


def _print_json(*, usable: bool, doors: list[dict[str, Any]], complaints: tuple[Complaint, ...]) -> None:
    told = [
        {"severity": c.severity, "file": c.place.path, "line": c.place.line, "text": c.text, "cure": c.cure}
        for c in complaints
    ]
    click.echo(json.dumps({"usable": usable, "doors": doors, "complaints": told}, indent=2))


def _show(door: Overview | PolicydOverview) -> None:
    click.secho(f"{door.name} on {', '.join(door.addresses) or 'no address'}", bold=True)
    for label, lines in door.sections():
        click.echo(f"  {label:<22} {lines[0] if lines else '-'}")
        for line in lines[1:]:
            click.echo(f"  {'':<22} {line}")
