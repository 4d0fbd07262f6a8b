"""The judge: Debian's postmap, with a configuration of its own."""

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gatepost.model.answer import Found, Unavailable
from gatepost.world.tables import LocalTable
from tests.conftest import find_program


class RealPostmap:
    """Asks `postmap -q -` in one directory. Keys must be distinct and hold no tab, newline or NUL."""

    def __init__(self, directory: Path, *, smtputf8: bool = True) -> None:
        self.directory = directory
        self._configuration = directory / f"postfix-{smtputf8}"
        self._configuration.mkdir(exist_ok=True)
        text = f"compatibility_level = 3.6\nsmtputf8_enable = {'yes' if smtputf8 else 'no'}\n"
        self.write(f"{self._configuration.name}/main.cf", text.encode())

    def run(
        self, *arguments: str, stdin: bytes = b"", program: str = "postmap"
    ) -> subprocess.CompletedProcess[bytes]:
        command = [find_program(program) or program, "-c", str(self._configuration), *arguments]
        return subprocess.run(command, input=stdin, capture_output=True, cwd=self.directory, timeout=30, check=False)

    def write(self, file: str, octets: bytes) -> None:
        """Write a file, dated in the past: postmap waits until what it reads is some seconds old."""
        path = self.directory / file
        path.write_bytes(octets)
        os.utime(path, (1e9, 1e9))

    def ask(self, name: str, keys: Iterable[str]) -> dict[str, str]:
        """The values of those keys that the table knows."""
        return self.told(name, keys).values

    def told(self, name: str, keys: Iterable[str]) -> "Told":
        """All that it says about these keys."""
        octets = [key.encode("utf-8", "surrogateescape") for key in keys]
        done = self.run("-q", "-", name, stdin=b"".join(key + b"\n" for key in octets))
        lines = done.stdout.split(b"\n")
        values, at = {}, 0
        for key in octets:
            if lines[at].startswith(key + b"\t"):
                text = key.decode("utf-8", "surrogateescape")
                values[text] = lines[at][len(key) + 1 :].decode("utf-8", "surrogateescape")
                at += 1
        assert lines[at:] == [b""], f"unread answers of postmap: {lines[at:]}"
        return Told(values, done.returncode, done.stderr)


@dataclass(frozen=True)
class Told:
    values: dict[str, str]
    status: int
    stderr: bytes

    @property
    def lines(self) -> list[int]:
        """The lines that its findings name."""
        return numbers_in(self.stderr)


def numbers_in(stderr: bytes) -> list[int]:
    """The lines that findings name, each once."""
    return sorted({int(number) for number in re.findall(rb"line (\d+): ", stderr)})


def known_values(table: LocalTable, keys: Iterable[str]) -> dict[str, str]:
    """The same of ours; a failure is kept in its own form, so that it never equals a value."""
    values: dict[str, str] = {}
    for key in keys:
        match table.find(key):
            case Found(value):
                values[key] = value
            case Unavailable(why):
                values[key] = f"Unavailable({why})"
    return values
