"""The `gatepost` command. One file per subcommand; this one only gathers them."""

from pathlib import Path

import click

from gatepost import __version__
from gatepost.cli.check import check
from gatepost.cli.options import DEFAULT_DIRECTORY
from gatepost.cli.postconf import postconf
from gatepost.cli.postmap import postmap
from gatepost.cli.run import run


@click.group(context_settings={"help_option_names": ["--help"]})
@click.version_option(__version__, prog_name="gatepost")
@click.option(
    "-c",
    "config_dir",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"The directory of main.cf and master.cf (default {DEFAULT_DIRECTORY}).",
)
@click.pass_context
def main(context: click.Context, config_dir: Path | None) -> None:
    """The front door of a mail site: refuses spam at SMTP time, in Postfix's own language and files.

    Exit status: 0 fine, 1 the answer is no, 2 wrong usage, 78 the configuration cannot be used.
    """
    context.obj = config_dir


for command in (run, check, postconf, postmap):
    main.add_command(command)

if __name__ == "__main__":
    main()
