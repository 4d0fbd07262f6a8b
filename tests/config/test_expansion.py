"""`$name` expansion, with Postfix's own postconf -x as the judge of every case."""

import os
import re
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.config.expansion import MOST_CHARACTERS, Expander, ExpansionError, names_referred_to

PARAMETERS = {"one": "1", "empty": "", "indirect": "$one", "to_nothing": "$empty", "word": "yes"}

EXPANSIONS = {
    "$one": "1",
    "${one}": "1",
    "$(one)": "1",
    "${ one }": "1",
    "$nowhere|": "|",
    "$one-b": "1-b",
    "$one.b": "1.b",
    "$$one": "$one",
    "a$$$$b": "a$$b",
    "$indirect$one": "11",
    "${one?x}": "x",
    "${empty?x}|": "|",
    "${empty:x}": "x",
    "${one:x}|": "|",
    "$(one?x)": "x",
    "${one ?x}": "x",
    "${to_nothing?x}": "x",  # what counts is the value as written
    "${one?x:y}": "x:y",
    "${one?{x}:{y}}": "x",
    "${empty?{x}:{y}}": "y",
    "${empty ? {x} : {y}}": "y",
    "${empty?{x}:y}": "y",
    "${empty:{x}}": "x",
    "${one?}|": "|",
    "${one?{}}|": "|",
    "${one?{a{b}c}}": "a{b}c",
    "${one?a}b}": "ab}",
    "${one?{$indirect}}": "1",
    "${one?{${empty:{deep}}}}": "deep",
    "${{a} == {a} ? {y} : {n}}": "y",
    "${{a} != {a} ? {y} : {n}}": "n",
    "${{ a } == {a} ? {y} : {n}}": "n",
    "${{$word} == {yes} ? {a$$b}}": "a$b",
    "${{x} == {y}?foo:bar}|": "|",
    "${{a} == {b} : {n}}": "n",
    "${{a} == {b}}|": "|",
    "${{01} == {1} ? {y} : {n}}": "y",
    "${{10} < {9} ? {y} : {n}}": "n",
    "${{9}<{10}?{y}:{n}}": "y",
    "${{a} < {A} ? {y} : {n}}": "n",
    "${{-1} < {1} ? {y} : {n}}": "y",
    "${{} < {1} ? {y} : {n}}": "y",
    "${{abc} >= {abd} ? {y} : {n}}": "n",
    "${{3.6} <= {3.10} ? {y} : {n}}": "n",
    "${{3.6} <=level {3.10} ? {y} : {n}}": "y",
    "${{3} ==level {3.0.0} ? {y} : {n}}": "y",
    "${{3.1.2} <level {3.1.10} ? {y} : {n}}": "y",
    "${{5} >=level {4} ? {y} : {n}}": "y",
    "${{5} >level {4} ? {y} : {n}}": "y",
    "${{3} !=level {4} ? {y} : {n}}": "y",
    "${one:$/}|": "|",  # text that is not chosen is not looked at
}

MISTAKES = {
    "a$/b": "no name after '$'",
    "a$": "no name after '$'",
    "${}": "no name in",
    "$()": "no name in",
    "${one": "nothing closes ${one",
    "$(one": "nothing closes $(one",
    "${{a}": "nothing closes",
    "${one two}": "'?' or ':' expected",
    "${one-two}": "'?' or ':' expected",
    "${one?{x} y}": "not expected",
    "${one?{x}:{y}z}": "not expected",
    "${empty:{x}?{y}}": "not expected",
    "${one?{a}b}": "not expected",
    "$(one?{a)}b)": "nothing closes",
    "${{a}}": "one of ==",
    "${{a}={a}?{y}}": "one of ==",
    "${{a} == b ? {y}}": "must follow ==",
    "${{a} <level {3} ? {y}}": "not a compatibility level",
}


def expand(text: str, parameters: dict[str, str] = PARAMETERS) -> str:
    return Expander(parameters.get).expand(text)


@pytest.mark.parametrize(("text", "expanded"), EXPANSIONS.items())
def test_expansion(text, expanded):
    assert expand(text) == expanded


@pytest.mark.parametrize(("text", "complaint"), MISTAKES.items())
def test_mistake(text, complaint):
    with pytest.raises(ExpansionError, match=re.escape(complaint)):
        expand(text)


def start_postconf(directory: Path, lines: list[str]) -> subprocess.Popen[str]:
    """Run the real one. The files are made old, because it waits 2 s for a main.cf that has just been written."""
    directory.mkdir(exist_ok=True)
    given_lines = [f"{name} = {value}" for name, value in PARAMETERS.items()]
    texts = {"master.cf": "smtp inet n - n - - smtpd\n", "main.cf": "\n".join([*given_lines, *lines, ""])}
    for name, text in texts.items():
        (directory / name).write_text(text)
        os.utime(directory / name, (0, 0))
    command = ["postconf", "-x", "-n", "-c", str(directory)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


@pytest.mark.peer("postconf")
def test_postfix_expands_alike(tmp_path):
    references = " ".join(f"$case{number}" for number in range(len(EXPANSIONS)))
    cases = [f"case{number} = {text}" for number, text in enumerate(EXPANSIONS)]
    output, _ = start_postconf(tmp_path, [*cases, f"mail_name = {references}"]).communicate(timeout=20)
    told = dict(line.split(" =", 1) for line in output.splitlines())
    assert [told[f"case{number}"].strip() for number in range(len(EXPANSIONS))] == list(EXPANSIONS.values())


@pytest.mark.peer("postconf")
def test_postfix_refuses_alike(tmp_path):
    running = [start_postconf(tmp_path / f"{n}", [f"mail_name = {text}"]) for n, text in enumerate(MISTAKES)]
    outcomes = [(process.communicate(timeout=20)[0], process.returncode) for process in running]
    assert [returncode for _, returncode in outcomes] == [1] * len(MISTAKES)


def test_values_that_refer_to_themselves_are_told_with_the_way():
    expander = Expander({"a": "$b", "b": "x ${c}", "c": "$a"}.get)
    with pytest.raises(ExpansionError, match="a -> b -> c -> a"):
        expander.value("a")


def test_a_chain_of_doublings_is_stopped_by_its_size():
    chain = {f"p{n}": f"$p{n + 1}$p{n + 1}" for n in range(60)} | {"p60": "spam"}
    with pytest.raises(ExpansionError, match=str(MOST_CHARACTERS)):
        Expander(chain.get).value("p0")


def test_a_chain_of_doublings_of_nothing_costs_no_more_than_its_length():
    chain = {f"p{n}": f"$p{n + 1}$p{n + 1}" for n in range(60)} | {"p60": ""}
    assert Expander(chain.get).value("p0") == ""


@pytest.mark.parametrize("count", [99, 110, 5000])
def test_deep_nesting_is_an_answer_and_not_a_crash(count):
    text = "${one?{" * count + "x" + "}}" * count
    if count < 100:
        assert expand(text) == "x"
    else:
        with pytest.raises(ExpansionError, match="within one another"):
            expand(text)


def test_names_referred_to_include_those_of_branches_not_taken():
    text = "$a ${b?{$c}:{x}} $(d) $$e ${{$f} == {g} ? {$h}} ${ i }"
    assert list(names_referred_to(text)) == ["a", "b", "c", "d", "f", "h", "i"]


PIECES = st.sampled_from(
    ["$", "$$", "${", "$(", "}", ")", "{", "?", ":", "one", "empty", " ", "==", "<level", "3.6", "x"]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_no_text_raises_anything_else(text):
    with suppress(ExpansionError):
        expand(text, {**PARAMETERS, "x": text})
