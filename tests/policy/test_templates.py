"""Reply templates: every form, every mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.policy.templates import TemplateError, compile_template, names_in, render

VALUES = {"a": "A", "b": "B", "empty": ""}


@pytest.mark.parametrize(("template", "expected"), [
    ("x $a y", "x A y"), ("${a}${b}", "AB"), ("$(a)", "A"), ("$$a", "$a"), ("${a?yes $b}", "yes B"),
    ("${empty?yes}", ""), ("${empty:no}", "no"), ("${a:no}", ""), ("${a?{x}:{y}}", "x"), ("${empty?{x}:{y}}", "y"),
    ("${a?{x $b}}", "x B"), ("${ a }", "A"), ("${a?${empty:inner}}", "inner"), ("plain", "plain"), ("", ""),
    ("${unknown?x}", ""), ("${{$a} == {A} ? {x $b} : {y}}", "x B"), ("${{$a}!={A}?{x}:{y}}", "y"), ("${{10} > {9}?x}", "x"),
    ("${{10} > {9x}?{x}:{y}}", "y"), ("${{$empty} <= {}:{no}}", ""), ("${{a}=={b}:{no}}", "no"),
])  # fmt: skip
def test_forms(template, expected):
    assert render(compile_template(template), lambda name: VALUES.get(name, "")) == expected


@pytest.mark.parametrize(
    "template",
    ["$", "$ x", "${", "${a", "${}", "${a!b}", "$(a", "$-", "${a?{x}y}", "${{a}}", "${{a} = {b}?x}", "${{a}=={b}x}"],
)
def test_mistakes(template):
    with pytest.raises(TemplateError):
        compile_template(template)


@given(st.text(alphabet="$ab{}()?:=<> ", max_size=60))
def test_any_text_compiles_or_is_refused(text):
    try:
        template = compile_template(text)
    except TemplateError:
        return
    set(names_in(template))
    render(template, lambda name: VALUES.get(name, ""))


def test_deep_nesting_is_refused_and_does_not_recurse_without_end():
    with pytest.raises(TemplateError, match="nested"):
        compile_template("${a?" * 500 + "}" * 500)
