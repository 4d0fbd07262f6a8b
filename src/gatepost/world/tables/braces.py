"""Postfix's braces: `{ text }` groups, so that a table or a rule can be written inside a parameter.

Braces nest; nothing escapes them. Lists of such groups are split by policy/language/tokens.py, as in main.cf.

Postfix: regexp_table(5) INLINE SPECIFICATION, DATABASE_README inline
"""

SPACE = " \t\n\v\f\r"


class BraceError(ValueError):
    """Braces that do not pair, or text where none may stand."""


def unbrace(text: str) -> str:
    """Give what stands between the braces that open and close the text."""
    if not text.startswith("{"):
        raise BraceError(f"no '{{' at the start of {text[:60]!r}")
    level = 0
    for at, character in enumerate(text):
        if character == "{":
            level += 1
        elif character == "}":
            level -= 1
            if level == 0:
                if at + 1 < len(text):
                    raise BraceError(f"text after the closing '}}' in {text[:60]!r}")
                return text[1:at]
    raise BraceError(f"missing '}}' in {text[:60]!r}")
