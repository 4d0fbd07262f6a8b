"""Templates of lookup files: `%s`, `%u@%d`, `%1` … in a query, a search base or a result_format.

    %s %u %d    the value, its part before the last `@` (all of it where there is none), its part after it
    %S %U %D    the same of the key that was asked for; in a query value and key are the same
    %1 … %9     labels of the key's domain, from the right; in `a@b.example` %1 is `example`
    %%          a percent sign

Nothing comes of a template (it is None) where the value cannot fill it: %d or %1 and no domain, too few labels, %u
and nothing before the `@`, or an empty value. The query is then not made, and the key not found.

Postfix: mysql_table(5) query, result_format; any other letter is fatal there and a fault here.
"""

import re
from dataclasses import dataclass

EXPANSION = re.compile(r"%(.?)", re.DOTALL)
_LETTERS = frozenset("%sudSUD123456789")


class BadTemplateError(ValueError):
    """A letter after `%` that has no meaning."""


@dataclass(frozen=True, slots=True)
class KeyTemplate:
    """A template taken apart: texts between letters. `fill` puts it together for one value and key."""

    texts: tuple[str, ...]
    letters: tuple[str, ...]

    def fill(self, value: str, key: str | None = None) -> str | None:
        """Fill in; without a key the value is the key (a query)."""
        if not value:
            return None
        asked = value if key is None else key
        parts = [self.texts[0]]
        for letter, text in zip(self.letters, self.texts[1:], strict=True):
            part = _expand(letter, asked if letter in "SUD123456789" else value)
            if part is None:
                return None
            parts += (part, text)
        return "".join(parts)


def parse_template(text: str) -> KeyTemplate:
    """Take a template apart. Raises BadTemplateError."""
    texts: list[str] = [""]
    letters: list[str] = []
    at = 0
    for match in EXPANSION.finditer(text):
        letter = match.group(1)
        if letter not in _LETTERS or not letter:
            raise BadTemplateError(f"%{letter} means nothing")
        texts[-1] += text[at : match.start()]
        if letter == "%":
            texts[-1] += "%"
        else:
            letters.append(letter)
            texts.append("")
        at = match.end()
    texts[-1] += text[at:]
    return KeyTemplate(tuple(texts), tuple(letters))


def _expand(letter: str, whole: str) -> str | None:
    if letter in "sS":
        return whole
    user, at, domain = whole.rpartition("@")
    if letter in "uU":
        return (user or None) if at else whole
    if not domain or not at:
        return None
    if letter in "dD":
        return domain
    labels = domain.split(".")
    place = int(letter)
    return labels[-place] if place <= len(labels) else None
