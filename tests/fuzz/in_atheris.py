"""The process in which one target runs: `python -m tests.fuzz.in_atheris TARGET DIRECTORY [libFuzzer's options]`.

Every module of gatepost that the target imports is instrumented, so that libFuzzer sees which inputs reach new lines.
DIRECTORY is where the target may write files. A target's WORDS are what its inputs are likely to be made of.
"""

import importlib
import os
import sys
from pathlib import Path

import atheris  # type: ignore[import-untyped] # it has no types


def main() -> None:
    """Run until the options say enough, or a fault is found; ends the process."""
    target, directory, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["gatepost"], enable_loader_override=False):
        module = importlib.import_module(f"tests.fuzz.targets.{target}")
    os.chdir(directory)
    if hasattr(module, "WORDS"):
        Path("words").write_text("".join(f'"{_escaped(word)}"\n' for word in module.WORDS))
        options.append("-dict=words")
    atheris.Setup([sys.argv[0], *options], module.one_input)
    atheris.Fuzz()


def _escaped(word: str) -> str:
    """As libFuzzer's dictionaries want it."""
    return "".join(f"\\x{octet:02x}" for octet in word.encode())


if __name__ == "__main__":
    main()
