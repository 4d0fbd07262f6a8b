"""Reply templates: `$name`, `${name}`, `$(name)`, `${name?text}`, `${name:text}`, `${name?{text}:{text}}`, `$$`.

Also `${{text} == {text} ? {text} : {text}}` with == != < <= >= >: as numbers when both sides are digits only, else as
text.

For default_rbl_reply, rbl_reply_maps and smtpd_reject_footer (postconf(5)). The texts inside are templates too.
A template is compiled once and rendered with a mapping; rendering never fails.
"""

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MOST_NESTING = 20
"""How deep braces may nest. Postfix stops at a recursion of 100 expansions; no reply template needs even three."""

_NAME = re.compile(r"[A-Za-z0-9_]+")
_DIGITS = re.compile(r"[0-9]+")
_COMPARED = re.compile(r"\s*(==|!=|<=|>=|<|>)\s*(?=\{)")
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">=": operator.ge, ">": operator.gt,
}  # fmt: skip


class TemplateError(ValueError):
    """The template's syntax is broken; the message says how."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands for itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Macro:
    """A name, with what to show when its value is not empty (None: the value) and when it is empty."""

    name: str
    when_set: "Template | None"
    when_empty: "Template | None"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two texts compared, with what to show when that holds and when it does not."""

    left: "Template"
    sign: str
    right: "Template"
    when_true: "Template"
    when_false: "Template"


Part = Literal | Macro | Comparison
Template = tuple[Part, ...]
ValueOf = Callable[[str], str]


@lru_cache(maxsize=256)
def compile_template(text: str) -> Template:
    """Compile. Raises TemplateError."""
    return tuple(_parts(text, 0))


def names_in(template: Template) -> Iterator[str]:
    """Every name that a template mentions, the nested ones too."""
    for part in template:
        if isinstance(part, Macro):
            yield part.name
            yield from names_in(part.when_set or ())
            yield from names_in(part.when_empty or ())
        elif isinstance(part, Comparison):
            yield from names_in((*part.left, *part.right, *part.when_true, *part.when_false))


def render(template: Template, value_of: ValueOf) -> str:
    """Fill in. `value_of` gives "" for a name without a value."""
    text = ""
    for part in template:
        if isinstance(part, Literal):
            text += part.text
            continue
        if isinstance(part, Comparison):
            holds = _holds(render(part.left, value_of), part.sign, render(part.right, value_of))
            text += render(part.when_true if holds else part.when_false, value_of)
            continue
        value = value_of(part.name)
        if part.when_set is None and part.when_empty is None:
            text += value
        else:
            text += render((part.when_set if value else part.when_empty) or (), value_of)
    return text


def _holds(left: str, sign: str, right: str) -> bool:
    if _DIGITS.fullmatch(left) and _DIGITS.fullmatch(right):
        return _OPERATORS[sign](int(left), int(right))
    return _OPERATORS[sign](left, right)


def _parts(text: str, depth: int) -> Iterator[Part]:
    if depth > MOST_NESTING:
        raise TemplateError(f"braces nested deeper than {MOST_NESTING}")
    at = 0
    while (dollar := text.find("$", at)) >= 0:
        if dollar > at:
            yield Literal(text[at:dollar])
        part, at = _macro_at(text, dollar + 1, depth)
        yield part
    if at < len(text):
        yield Literal(text[at:])


def _macro_at(text: str, at: int, depth: int) -> tuple[Part, int]:
    """The macro whose `$` stands before `at`, and where the text goes on."""
    opening = text[at : at + 1]
    if opening == "$":
        return Literal("$"), at + 1
    if opening in ("{", "("):
        end = _closing(text, at)
        return _braced(text[at + 1 : end], depth), end + 1
    match = _NAME.match(text, at)
    if match is None:
        raise TemplateError(f"no name after $ in {text!r}")
    return Macro(match.group(), None, None), match.end()


def _closing(text: str, at: int) -> int:
    pairs = {"{": "}", "(": ")"}
    opening, closing, depth = text[at], pairs[text[at]], 0
    for index in range(at, len(text)):
        if text[index] == opening:
            depth += 1
        elif text[index] == closing:
            depth -= 1
            if depth == 0:
                return index
    raise TemplateError(f"missing {closing!r} in {text!r}")


def _braced(body: str, depth: int) -> Macro | Comparison:
    body = body.strip()
    if body.startswith("{"):
        return _comparison(body, depth)
    match = _NAME.match(body)
    if match is None:
        raise TemplateError(f"no name in ${{{body}}}")
    rest = body[match.end() :].lstrip()
    if not rest:
        return Macro(match.group(), None, None)
    sign, text = rest[0], rest[1:]
    if sign not in "?:":
        raise TemplateError(f"expected ? or : in ${{{body}}}")
    first, second = _alternatives(text, sign)
    when_set = tuple(_parts(first, depth + 1)) if sign == "?" else None
    if sign == ":":
        return Macro(match.group(), (), tuple(_parts(first, depth + 1)))
    return Macro(match.group(), when_set, tuple(_parts(second, depth + 1)) if second is not None else ())


def _comparison(body: str, depth: int) -> Comparison:
    end = _closing(body, 0)
    match = _COMPARED.match(body, end + 1)
    if match is None:
        raise TemplateError(f"expected == != < <= >= > and {{text}} in ${{{body}}}")
    second = _closing(body, match.end())
    rest = body[second + 1 :].lstrip()
    if rest[:1] not in ("?", ":"):
        raise TemplateError(f"expected ? or : in ${{{body}}}")
    one, other = _alternatives(rest[1:], rest[0])
    shown = [tuple(_parts(text or "", depth + 1)) for text in (one, other)]
    sides = [tuple(_parts(side.strip(), depth + 1)) for side in (body[1:end], body[match.end() + 1 : second])]
    when_true, when_false = shown if rest[0] == "?" else reversed(shown)
    return Comparison(sides[0], match.group(1), sides[1], when_true, when_false)


def _alternatives(text: str, sign: str) -> tuple[str, str | None]:
    """`text`, or `{text}:{text}` after a question mark."""
    stripped = text.strip()
    if not stripped.startswith("{"):
        return text, None
    end = _closing(stripped, 0)
    first, rest = stripped[1:end].strip(), stripped[end + 1 :].strip()
    if not rest:
        return first, None
    if sign != "?" or not rest.startswith(":"):
        raise TemplateError(f"unexpected text after }} in {text!r}")
    second = rest[1:].strip()
    if second.startswith("{") and _closing(second, 0) == len(second) - 1:
        second = second[1:-1].strip()
    return first, second
