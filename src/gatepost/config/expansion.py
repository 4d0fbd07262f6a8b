"""`$name` in parameter values, expanded when a value is used.

    $name ${name} $(name)               the value, itself expanded; nothing when there is no such parameter
    ${name?text} ${name?{text}}         text when the value as written is not empty
    ${name:text} ${name:{text}}         text when it is empty
    ${name?{text}:{text}}               one or the other
    ${{a} OP {b}?{text}:{text}}         OP: == != < <= >= >; as numbers when both sides are digits only, else as text
    ${{a} OPlevel {b}?{text}:{text}}    the same for compatibility levels: 3.6 < 3.10
    $$                                  a dollar sign

Only the text that is chosen is looked at. Values are expanded once and kept, so that no chain of references costs
more than its length.

Raises: ExpansionError, whose text says what is wrong.
Limits: MOST_NESTING references or braces within one another (Postfix: 100), MOST_CHARACTERS in one value.
Postfix: postconf(5), "The general format of the main.cf file"; COMPATIBILITY_README.
"""

import re
from collections.abc import Callable, Iterator

MOST_NESTING = 100
MOST_CHARACTERS = 1024 * 1024
"""A value that grows beyond this doubles itself in a chain of references; no list that a person wrote does."""

_BLANK = " \t\r\n\v\f"
_NAME = re.compile(r"[A-Za-z0-9_]+")
_OPERATOR = re.compile(r"[!=<>]+(?:level)?")
_LEVEL = re.compile(r"\d+(?:\.\d+){0,3}")
_REFERENCE = re.compile(r"\$\$|\$([A-Za-z0-9_]+)|\$[({]\s*([A-Za-z0-9_]+)")
_CLOSING = {"{": "}", "(": ")"}
_BRACKETS = {"{": re.compile(r"[{}]"), "(": re.compile(r"[()]")}
_COMPARISONS: dict[str, tuple[int, ...]] = {
    "==": (0,),
    "!=": (-1, 1),
    "<": (-1,),
    "<=": (-1, 0),
    ">=": (0, 1),
    ">": (1,),
}
"""For each operator the orders of left and right (-1: less, 0: equal, 1: greater) that make it true."""


class ExpansionError(ValueError):
    """A value cannot be expanded: why, and what to do."""

    def __init__(self, text: str, cure: str = 'write "$name" or "${name}", and "$$" for a dollar sign') -> None:
        super().__init__(text)
        self.cure = cure


class Expander:
    """Expands values against one set of parameters.

    `raw_value` gives a parameter's value as written, its default included, or None where there is no such name.
    """

    __slots__ = ("_expanded", "_raw_value", "_under_way")

    def __init__(self, raw_value: Callable[[str], str | None]) -> None:
        self._raw_value = raw_value
        self._expanded: dict[str, str] = {}
        self._under_way: list[str] = []

    def value(self, name: str, depth: int = 0) -> str:
        """The expanded value of a parameter; "" for an unknown name. Raises ExpansionError."""
        known = self._expanded.get(name)
        if known is not None:
            return known
        if name in self._under_way:
            chain = " -> ".join([*self._under_way[self._under_way.index(name) :], name])
            raise ExpansionError(f"the value refers to itself: {chain}", "remove one of these references")
        self._under_way.append(name)
        try:
            text = self.expand(self._raw_value(name) or "", depth + 1)
        finally:
            self._under_way.pop()
        self._expanded[name] = text
        return text

    def expand(self, text: str, depth: int = 0) -> str:
        """Expand a text. Raises ExpansionError."""
        if "$" not in text:
            return text
        if depth > MOST_NESTING:
            raise ExpansionError(
                f"more than {MOST_NESTING} references or braces within one another", "write less of it"
            )
        parts: list[str] = []
        size = 0
        for part in self._parts(text, depth):
            size += len(part)
            if size > MOST_CHARACTERS:
                raise ExpansionError(f"the value grows beyond {MOST_CHARACTERS} characters", "write less of it")
            parts.append(part)
        return "".join(parts)

    def _parts(self, text: str, depth: int) -> Iterator[str]:
        at = 0
        while (dollar := text.find("$", at)) >= 0:
            yield text[at:dollar]
            opening = text[dollar + 1 : dollar + 2]
            if opening == "$":
                yield "$"
                at = dollar + 2
            elif opening in _CLOSING:
                at = _end_of_brackets(text, dollar + 1)
                yield self._bracketed(text[dollar + 2 : at - 1], depth + 1)
            elif name := _NAME.match(text, dollar + 1):
                at = name.end()
                yield self.value(name.group(), depth)
            else:
                raise ExpansionError(f"no name after '$' in {_short(text[dollar:])}")
        yield text[at:]

    def _bracketed(self, inside: str, depth: int) -> str:
        """What stands within `${…}`."""
        body = inside.lstrip(_BLANK)
        if body.startswith("{"):
            is_true, rest = self._comparison(body, depth)
            return self._choice(rest, depth, is_true=is_true) if rest else ""
        name = _NAME.match(body)
        if name is None:
            raise ExpansionError(f"no name in ${{{_short(inside)}}}")
        rest = body[name.end() :].lstrip(_BLANK)
        if not rest:
            return self.value(name.group(), depth)
        return self._choice(rest, depth, is_true=bool(self._raw_value(name.group())))

    def _comparison(self, body: str, depth: int) -> tuple[bool, str]:
        left, rest = _braced(body)
        sign = _OPERATOR.match(rest)
        word = sign.group() if sign else ""
        orders = _COMPARISONS.get(word.removesuffix("level"))
        if orders is None:
            raise ExpansionError(f"one of == != < <= >= > must follow {{{_short(left)}}}")
        rest = rest[len(word) :].lstrip(_BLANK)
        if not rest.startswith("{"):
            raise ExpansionError(f"{{text}} must follow {word}")
        right, rest = _braced(rest)
        a, b = self.expand(left, depth), self.expand(right, depth)
        if word.endswith("level"):
            order = _order(_level(a), _level(b))
        elif _is_number(a) and _is_number(b):
            order = _order((int(a),), (int(b),))
        else:
            order = (a > b) - (a < b)
        return order in orders, rest

    def _choice(self, text: str, depth: int, *, is_true: bool) -> str:
        """What follows a name or a comparison: `?text`, `:text`, `?{text}:{text}`."""
        sign, body = text[0], text[1:].lstrip(_BLANK)
        if sign not in "?:":
            raise ExpansionError(f"'?' or ':' expected before {_short(text)}")
        if not body.startswith("{"):
            return self.expand(body, depth) if is_true == (sign == "?") else ""
        chosen, rest = _braced(body)
        other = ""
        if rest:
            if sign == ":" or rest[0] != ":":
                raise ExpansionError(f"{_short(rest)} is not expected after {{{_short(chosen)}}}")
            other = rest[1:].lstrip(_BLANK)
            if other.startswith("{"):
                other, rest = _braced(other)
                if rest:
                    raise ExpansionError(f"{_short(rest)} is not expected after {{{_short(other)}}}")
        return self.expand(chosen if is_true == (sign == "?") else other, depth)


def names_referred_to(text: str) -> Iterator[str]:
    """Every parameter name that a value mentions, in branches that are not taken too."""
    for match in _REFERENCE.finditer(text):
        name = match.group(1) or match.group(2)
        if name:
            yield name


def _end_of_brackets(text: str, opening: int) -> int:
    """The index after the bracket that closes the one at `opening`."""
    depth = 0
    for bracket in _BRACKETS[text[opening]].finditer(text, opening):
        depth += 1 if bracket.group() == text[opening] else -1
        if depth == 0:
            return bracket.end()
    raise ExpansionError(f"nothing closes {_short(text[max(opening - 1, 0) :])}")


def _braced(text: str) -> tuple[str, str]:
    """The inside of the `{…}` that a text begins with, and what follows it."""
    end = _end_of_brackets(text, 0)
    return text[1 : end - 1], text[end:].lstrip(_BLANK)


def _order(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    return (a > b) - (a < b)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18  # what fits a 64-bit number for certain


def _level(text: str) -> tuple[int, ...]:
    if not _LEVEL.fullmatch(text):
        raise ExpansionError(f"{text[:20]!r} is not a compatibility level", "write a version of Postfix, such as 3.6")
    numbers = [int(part[:9]) for part in text.split(".")]
    return tuple(numbers + [0] * (4 - len(numbers)))


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
