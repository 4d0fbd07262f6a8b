"""The result of a pattern rule: text in which `$1`, `${1}` or `$(1)` stands for what a group matched.

`$$` is a dollar sign. A group that took no part in the match stands for nothing. Anything else after a dollar sign,
`$0` included, makes the template useless, and its rule with it.

Postfix: regexp_table(5) TEXT SUBSTITUTION
"""

from collections.abc import Sequence
from dataclasses import dataclass

_NAME_OCTETS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_CLOSING = {b"{": b"}", b"(": b")"}


class TemplateError(ValueError):
    """A dollar sign that is followed by neither a group number nor another dollar sign."""


@dataclass(frozen=True, slots=True)
class Template:
    """The parts in order: octets stand for themselves, a number for a group (counted from 1)."""

    parts: tuple[bytes | int, ...]

    @property
    def highest_group(self) -> int:
        """The highest group number used; 0 for plain text."""
        return max((part for part in self.parts if isinstance(part, int)), default=0)

    def expand(self, groups: Sequence[bytes] = ()) -> str:
        """Fill in the groups (the first of which is number 1)."""
        filled = b"".join(groups[part - 1] if isinstance(part, int) else part for part in self.parts)
        return filled.decode("utf-8", "surrogateescape")


def parse_template(text: bytes) -> Template:
    """Read a template. Raises TemplateError."""
    parts: list[bytes | int] = []
    at = 0
    while at < len(text):
        dollar = text.find(b"$", at)
        if dollar < 0:
            parts.append(text[at:])
            break
        if dollar > at:
            parts.append(text[at:dollar])
        if text[dollar + 1 : dollar + 2] == b"$":
            parts.append(b"$")
            at = dollar + 2
        else:
            number, at = _group_number(text, dollar + 1)
            parts.append(number)
    return Template(tuple(parts))


def _group_number(text: bytes, at: int) -> tuple[int, int]:
    """Read the number after a dollar sign; give it and the place after it."""
    closing = _CLOSING.get(text[at : at + 1])
    if closing is not None:
        end = text.find(closing, at)
        if end < 0:
            raise TemplateError(f"no '{closing.decode()}' after '${text[at : at + 1].decode()}'")
        name, end = text[at + 1 : end], end + 1
    else:
        end = at
        while end < len(text) and text[end] in _NAME_OCTETS:
            end += 1
        name = text[at:end]
    shown = name.decode("utf-8", "replace")
    if not name.isdigit():
        raise TemplateError(f"'${shown}' is no group number" if name else "a '$' stands alone")
    if len(name) > 4 or int(name) < 1:
        raise TemplateError(f"group number {shown} is out of range")
    return int(name), end
