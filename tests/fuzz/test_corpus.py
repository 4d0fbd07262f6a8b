"""Every input of the corpus, among them each that ever found a fault; and some thousands of new ones, guided.

`make fuzz` gives each target a hundred thousand.
"""

import importlib
import importlib.util
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import lack
from tests.fuzz.run import CORPUS, run_target
from tests.fuzz.targets import TARGETS

SECONDS = 2
LEAST_INPUTS = 50
"""A target that runs at all does far more in that time, on any machine."""


@pytest.mark.parametrize("target", TARGETS)
def test_the_corpus(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    one_input = importlib.import_module(f"tests.fuzz.targets.{target}").one_input
    inputs = sorted((CORPUS / target).iterdir())
    assert inputs, "a target begins with something"
    for path in inputs:
        one_input(path.read_bytes())
    one_input(b"")


def test_new_inputs(tmp_path: Path) -> None:
    if importlib.util.find_spec("atheris") is None:
        lack("needs atheris, which PyPI has for this Python and machine or has not: pip install atheris")
    with ThreadPoolExecutor(2) as jobs:
        outcomes = list(
            jobs.map(lambda name: run_target(name, inputs=10**9, seconds=SECONDS, keep=tmp_path), TARGETS)
        )
    assert [str(outcome) for outcome in outcomes if outcome.fault] == []
    assert [str(outcome) for outcome in outcomes if outcome.inputs < LEAST_INPUTS] == []


def test_every_target_has_a_file() -> None:
    files = {path.stem for path in Path(__file__).with_name("targets").glob("*.py")} - {"__init__"}
    assert files == set(TARGETS) == {path.name for path in CORPUS.iterdir()}
