"""House rules that no linter knows: file and function lengths, words that name nothing."""

import ast

import pytest

from tests.conftest import ROOT

FILES = sorted((ROOT / "src").rglob("*.py"))
NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT / "src/gatepost")))
def test_a_file_is_read_in_one_glance(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    assert path.stem not in NOTHING
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 60, f"{node.name} is too long"
