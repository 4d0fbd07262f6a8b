"""A command line cut into words, as smtpd(8) cuts it: white space parts words, but not within quotes or brackets.

`FROM:` and `TO:` end a word of their own, so that `MAIL FROM:<a@b>` has three words. Quotes, brackets and backslashes
stay in the words, for the address parser to undo.

Gives: the words, and whether the last one lacks the end of a quoted string or bracket.
Limits: the line is at most line_length_limit octets.
"""

import re

_WHITE = " \t\n\v\f\r"
_PIECE = re.compile(r"[ \t\n\v\f\r]+|[^ \t\n\v\f\r<\":\\]+|\\.?|[<\":]", re.DOTALL)
_NESTING = re.compile(r"\\.?|[<>\"]", re.DOTALL)


def split_words(line: str) -> tuple[list[str], bool]:
    """Cut a line into words; the flag says that the last word is not whole."""
    words: list[str] = []
    word = ""
    is_broken = False
    at = 0
    while match := _PIECE.match(line, at):
        piece, start, at = match.group(), at, match.end()
        if piece[0] in _WHITE:
            if word:
                words.append(word)
                word = ""
        elif piece in ("<", '"'):
            at, is_broken = _skip_quoted(line, at, ">" if piece == "<" else '"')
            word += line[start:at]
        elif piece == ":":
            word += piece
            if word.lower() in ("to:", "from:"):
                words.append(word)
                word = ""
        else:
            word += piece
    if word:
        words.append(word)
    return words, is_broken


def _skip_quoted(line: str, at: int, wanted: str) -> tuple[int, bool]:
    """Find the end of what was opened before `at`: where it is, and whether it is missing."""
    open_marks = [wanted]
    for match in _NESTING.finditer(line, at):
        mark = match.group()
        if mark[0] == "\\":
            continue
        if mark == open_marks[-1]:
            open_marks.pop()
            if not open_marks:
                return match.end(), False
        elif mark == '"' or (mark == "<" and open_marks[-1] == ">"):
            open_marks.append('"' if mark == '"' else ">")
    return len(line), True
