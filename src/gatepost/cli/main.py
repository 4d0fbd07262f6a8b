"""The `gatepost` command. One file per subcommand, named like it and like the function in it.

A subcommand is imported when it is called for: each needs another part of Gatepost, and one look-up should not wait
for the server.
"""

import importlib
from pathlib import Path

import click

from gatepost import __version__
from gatepost.cli.options import directory_option

SUBCOMMANDS = {
    "run": "Serve the doors of master.cf.",
    "check": "Tell what the configuration would do, and what is dangerous.",
    "explain": "Tell what would happen to one mail, and why.",
    "hosts": "Say which client addresses may relay.",
    "postconf": "Print parameters.",
    "postmap": "Ask a lookup table, list it, or compile it.",
    "greylist": "See and change what greylisting knows.",
    "verify": "See, forget and ask which addresses take mail.",
    "users": "Say who may log in.",
    "help": "Tell what a restriction, parameter, table type or action is.",
}
"""What each is for, in the order of the help: said here, so that the help of all loads none."""


class Subcommands(click.Group):
    """The subcommands, each imported when it is asked for."""

    def list_commands(self, _: click.Context) -> list[str]:
        """All their names."""
        return list(SUBCOMMANDS)

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of them for the help."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Import one."""
        if name not in SUBCOMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(f"gatepost.cli.{name}"), name)
        return command


def _build() -> str:
    """How this Gatepost was built: mypyc leaves an extension beside each module it has compiled (decision 0006)."""
    is_compiled = any((Path(__file__).parents[1] / "wire").glob("lines.*.so"))
    return " (compiled)" if is_compiled else ""


@click.group(cls=Subcommands, context_settings={"help_option_names": ["--help"]})
@click.version_option(__version__ + _build(), prog_name="gatepost")
@directory_option
def main() -> None:
    """The front door of a mail site: refuses spam at SMTP time, in Postfix's own language and files.

    Exit status: 0 fine, 1 the answer is no, 2 wrong usage, 78 the configuration cannot be used.
    """


if __name__ == "__main__":
    main()
