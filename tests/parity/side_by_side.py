"""What the smaller comparisons with Postfix share: their command line, the rows of their doors, their report.

run.py has its own, for it counts outcomes, makes differences small and keeps them.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from tests.parity.run import INSIDE, in_private_namespace

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Comparison(Generic[D]):
    """One of them: `run` gives what was heard of both alike, and differences, which are dataclasses.

    `amount` is an option's name and default. `counted`: how a reply is counted; `shown`: the text of a difference.
    """

    module: str
    manual: str
    amount: tuple[str, int]
    run: Callable[[int, int, Path], Iterable[D | str]]
    counted: Callable[[str], str]
    shown: Callable[[D], str]

    def main(self, arguments: list[str] | None = None) -> int:
        """Run from the command line, as root, in a network namespace of its own. Exit code 1: they differ."""
        name, default = self.amount
        parser = argparse.ArgumentParser(prog=f"python -m {self.module}", description=self.manual.partition("\n")[0])
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(f"--{name}", type=int, default=default)
        parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
        options = parser.parse_args(arguments)
        if os.geteuid() != 0:
            parser.error("needs root (a network namespace of its own)")
        if INSIDE not in os.environ:
            return in_private_namespace(self.module, list(arguments or sys.argv[1:])).returncode
        directory = Path(tempfile.mkdtemp(prefix="gatepost-parity-"))
        directory.chmod(0o755)
        replies: Counter[str] = Counter()
        differences: list[D] = []
        try:
            for result in self.run(options.seed, getattr(options, name), directory):
                if isinstance(result, str):
                    replies[self.counted(result)] += 1
                else:
                    differences.append(result)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        self._report(options, replies, differences)
        return 1 if differences else 0

    def _report(self, options: argparse.Namespace, replies: Counter[str], differences: list[Any]) -> None:
        if options.json:
            print(json.dumps({"replies": replies, "differences": [asdict(found) for found in differences]}))
            return
        for found in differences:
            print(self.shown(found))
        for reply, times in replies.most_common():
            print(f"{times:6} {reply or '(closed)'}")
        print(f"{replies.total()} replies the same, {len(differences)} differences (seed {options.seed})")


def row(host: str, port: int, most: str, command: str, door: dict[str, str]) -> str:
    """A row of master.cf with the options of a door; `most`: maxproc."""
    options = "".join(f"  -o {{ {name} = {value} }}\n" for name, value in door.items())
    return f"{host}:{port} inet n - n - {most} {command}\n{options}"
