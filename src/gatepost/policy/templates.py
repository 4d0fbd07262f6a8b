"""Reply templates: `$name`, `${name}`, `$(name)`, `${name?text}`, `${name:text}`, `${name?{text}:{text}}`, `$$`.

For default_rbl_reply, rbl_reply_maps and smtpd_reject_footer (postconf(5)). The texts inside are templates too.
A template is compiled once and rendered with a mapping; rendering never fails.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

MOST_NESTING = 20
"""How deep braces may nest. Postfix stops at a recursion of 100 expansions; no reply template needs even three."""

_NAME = re.compile(r"[A-Za-z0-9_]+")


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


Template = tuple[Literal | Macro, ...]
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


def render(template: Template, value_of: ValueOf) -> str:
    """Fill in. `value_of` gives "" for a name without a value."""
    return "".join(_render_part(part, value_of) for part in template)


def _render_part(part: Literal | Macro, value_of: ValueOf) -> str:
    if isinstance(part, Literal):
        return part.text
    value = value_of(part.name)
    if part.when_set is None and part.when_empty is None:
        return value
    chosen = part.when_set if value else part.when_empty
    return render(chosen, value_of) if chosen is not None else ""


def _parts(text: str, depth: int) -> Iterator[Literal | Macro]:
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


def _macro_at(text: str, at: int, depth: int) -> tuple[Literal | Macro, int]:
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


def _braced(body: str, depth: int) -> Macro:
    match = _NAME.match(body.strip())
    if match is None:
        raise TemplateError(f"no name in ${{{body}}}")
    rest = body.strip()[match.end() :].lstrip()
    if not rest:
        return Macro(match.group(), None, None)
    operator, text = rest[0], rest[1:]
    if operator not in "?:":
        raise TemplateError(f"expected ? or : in ${{{body}}}")
    first, second = _alternatives(text, operator)
    when_set = tuple(_parts(first, depth + 1)) if operator == "?" else None
    if operator == ":":
        return Macro(match.group(), (), tuple(_parts(first, depth + 1)))
    return Macro(match.group(), when_set, tuple(_parts(second, depth + 1)) if second is not None else ())


def _alternatives(text: str, operator: str) -> tuple[str, str | None]:
    """`text`, or `{text}:{text}` after a question mark."""
    stripped = text.strip()
    if not stripped.startswith("{"):
        return text, None
    end = _closing(stripped, 0)
    first, rest = stripped[1:end].strip(), stripped[end + 1 :].strip()
    if not rest:
        return first, None
    if operator != "?" or not rest.startswith(":"):
        raise TemplateError(f"unexpected text after }} in {text!r}")
    second = rest[1:].strip()
    if second.startswith("{") and _closing(second, 0) == len(second) - 1:
        second = second[1:-1].strip()
    return first, second
