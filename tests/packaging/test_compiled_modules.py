"""The list of modules that the optional build compiles (pyproject.toml, decision 0006) names what mypyc can take.

What is asked here are the constructs that compile without a word and fail, or mean something else, once they run. The
proof that the compiled package behaves as the interpreted one does is `make test-compiled`.
"""

import ast
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCES = ROOT / "src"
BUILD = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
COMPILED = [ROOT / each.lstrip("/") for each in BUILD["hooks"]["mypyc"]["include"]]
INTERPRETED = sorted(set(SOURCES.rglob("*.py")) - set(COMPILED))


def _named(path: Path) -> str:
    return ".".join(path.relative_to(SOURCES).with_suffix("").parts)


def _classes(path: Path) -> list[ast.ClassDef]:
    return [each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.ClassDef)]


NATIVE = {f"{_named(path)}.{each.name}" for path in COMPILED if path.exists() for each in _classes(path)}


def _refused(tree: ast.Module) -> list[str]:
    """What mypyc cannot do, or does otherwise."""
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Name(id="__doc__"):
                found.append("its docstring is read: a compiled module has none")
            case ast.Import(names=names) if {"weakref", "copy"} & {each.name for each in names}:
                found.append("weak references or copies: native objects have none")
            case ast.ImportFrom(module="weakref" | "copy"):
                found.append("weak references or copies: native objects have none")
            case ast.Constant(value=str(text)) if any("\ud800" <= each <= "\udfff" for each in text):
                found.append("a surrogate code point in a string")
            case ast.AsyncFunctionDef() if any(isinstance(each, ast.Yield) for each in ast.walk(node)):
                found.append("an asynchronous generator")
            case ast.AnnAssign(annotation=annotation) if "ClassVar" in ast.unparse(annotation):
                found.append(
                    "a ClassVar: a field of a dataclass to mypyc; a table of methods belongs below its class"
                )
            case ast.ClassDef(bases=bases, decorator_list=[_, *_]) if any(
                "Generic" in ast.unparse(each) for each in bases
            ):
                found.append("a dataclass with a type variable")
    return found


@pytest.mark.parametrize("path", COMPILED, ids=_named)
def test_a_compiled_module_is_one_that_mypyc_can_take(path):
    assert path.exists(), "the list names a module that is gone"
    assert _refused(ast.parse(path.read_text())) == []


def test_no_interpreted_class_inherits_from_a_compiled_one():
    children = []
    for path in INTERPRETED:
        imported = {
            name.asname or name.name: f"{each.module}.{name.name}"
            for each in ast.walk(ast.parse(path.read_text()))
            if isinstance(each, ast.ImportFrom)
            for name in each.names
        }
        for each in _classes(path):
            parents = {imported.get(ast.unparse(base)) for base in each.bases} & NATIVE
            children += [f"{_named(path)}.{each.name} of {parent}" for parent in parents]
    assert children == [], "compile these modules too"


def test_the_build_is_off_unless_asked_for():
    assert BUILD["hooks"]["mypyc"]["enable-by-default"] is False
