"""Addresses of the envelope: read from a command, judged, quoted and unquoted.

parse_path() takes what stands after FROM: or TO: as generously as smtpd(8): with or without angle brackets, RFC 822
comments dropped, a source route `@a,@b:` cut off, quotes undone. With strict_rfc821_envelopes it must be one address
in angle brackets and nothing else. What can be read must then make sense: a host name or an address literal after
the last `@`, no leading dash, no bare number as domain, no 8-bit domain unless SMTPUTF8 was asked for. Control
characters are refused everywhere, so that none can reach a command, a header or a log line.

The value is the address in internal form: without brackets, route, comments and quotes, else as the client wrote it
(case kept, trailing dot kept). `<>` is "".

Gives: the address, or None where it is refused.
RFC: 5321 sections 4.1.2 and 4.1.3, 822 section 6 (what is tolerated), 6531 section 3.3.
Postfix: strict_rfc821_envelopes, allow_min_user, resolve_null_domain, resolve_numeric_domain, append_dot_mydomain,
swap_bangpath, allow_percent_hack.
Known differences: Postfix lets control characters in; it judges what is left of an address at a domain of its own
(`a@b..c@ours`), which is known to policy, not here; it miscounts the groups of some IPv6 literals; and it reads
Unicode domains by UTS 46, while the library here knows IDNA 2003 (RFC 3490), which differs for a few characters.
"""

import re

from gatepost.model.hostnames import LONGEST_NAME, is_address_literal, is_host_address, is_hostname
from gatepost.wire.smtp.settings import SmtpSettings

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"

PLAIN_PATH = (
    r"<((?!-)[A-Za-z0-9#$&'*+/=?^_`{}~.-]+"
    rf"@(?=[^>]{{1,{LONGEST_NAME}}}>)(?![0-9.]*>){_LABEL}(?:\.{_LABEL})*)?>"
)
"""A pattern for the paths that nearly every client sends: what it matches needs no further judgement."""

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<comment>\()"
    r'|(?P<quoted>"(?:[^"\\]|\\.)*(?:"|\\?\Z))'
    r"|(?P<literal>\[(?:[^\]\\]|\\.)*(?:\]|\\?\Z))"
    r"|(?P<operator>[)<>@,;:.\]|%!])"
    r"|(?P<word>(?:\\.|[^ \t\r\n()<>@,;:\\\".\[\]|%!])+\\?\Z|(?:\\.|[^ \t\r\n()<>@,;:\\\".\[\]|%!])+|\\)",
    re.DOTALL,
)
_COMMENT_PART = re.compile(r"\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SPACES = str.maketrans("\t\r\n", "   ")

Token = tuple[str, str]
"""Its kind (word, quoted, literal, comment, operator) and its text, escapes and quotes undone."""


def parse_path(
    path: str, settings: SmtpSettings, *, is_smtputf8: bool = False, is_strict: bool = False
) -> str | None:
    """Read one path as the command tokenizer gave it; None where it is refused. An empty one is ""."""
    text = path[1:-1] if len(path) > 1 and path[0] == "<" and path[-1] == ">" else path
    if text.startswith("@"):
        text = text.partition(":")[2] or text
    addresses, other_count = _group(_scan(text))
    if len(addresses) > 1 or (is_strict and (other_count or not path.startswith("<"))):
        return None
    address = addresses[0] if addresses else ""
    if is_strict and address.startswith("@"):
        return None
    return address if makes_sense(address, settings, is_smtputf8=is_smtputf8) else None


def makes_sense(address: str, settings: SmtpSettings, *, is_smtputf8: bool = False) -> bool:
    """The address could be resolved: a valid domain, if any, and a local part that is no option of a command."""
    if not address:
        return True
    if _CONTROL.search(address):
        return False
    local, domain = _split(address, settings)
    if domain is None:
        return settings.allow_min_user or not local.startswith("-")
    if local.startswith("-") and not settings.allow_min_user:
        return False
    if domain.startswith("["):
        return is_address_literal(domain)
    if not domain.isascii():
        return is_smtputf8 and is_unicode_host_name(domain)
    if not domain and settings.resolve_null_domain:
        return True
    if settings.append_dot_mydomain and domain and "." not in domain:
        domain = f"{domain}.{settings.mydomain}"
    return is_hostname(domain) or (settings.resolve_numeric_domain and is_host_address(domain))


def _split(address: str, settings: SmtpSettings) -> tuple[str, str | None]:
    """Part an address as the resolver does: site!user and user%site count where there is no `@`; None: no domain."""
    while True:
        if "@" not in address:
            if settings.swap_bangpath and "!" in address:
                site, _, user = address.partition("!")
                address = f"{user}@{site}"
            elif settings.allow_percent_hack and "%" in address:
                address = "@".join(address.rsplit("%", 1))
            else:
                return address, None
        local, _, domain = address.rpartition("@")
        if domain.endswith(".") and domain != "." and not domain.endswith(".."):
            domain = domain[:-1]
        if domain or not any(mark in local for mark in "@%!"):
            return local, domain
        address = local


def is_unicode_host_name(name: str) -> bool:
    """A host name in Unicode whose ASCII form is a host name (RFC 5890)."""
    if len(name) > LONGEST_NAME:
        return False
    try:
        return is_hostname(name.encode("idna").decode("ascii"))
    except UnicodeError:
        return False


def _scan(text: str) -> list[Token]:
    """Cut an address text into the tokens of RFC 822 (white space goes, escapes are undone)."""
    tokens: list[Token] = []
    at = 0
    while match := _TOKEN.match(text, at):
        kind, at = match.lastgroup or "", match.end()
        if kind == "comment":
            at = _skip_comment(text, at)
            tokens.append((kind, ""))
        elif kind == "operator":
            tokens.append((kind, match.group()))
        elif kind != "space":
            tokens.append((kind, _value(kind, match.group())))
    return tokens


def _value(kind: str, text: str) -> str:
    """What a word, quoted string or literal stands for."""
    if kind == "quoted":
        text = text[1:-1] if len(text) > 1 and text[-1] == '"' and not _ends_escaped(text) else text[1:]
    elif kind == "literal":
        text = text[1:-1] if len(text) > 1 and text[-1] == "]" and not _ends_escaped(text) else text[1:]
    plain = (_ESCAPED.sub(r"\1", text) if "\\" in text else text).translate(_SPACES)
    return f"[{plain}]" if kind == "literal" else plain


def _ends_escaped(text: str) -> bool:
    """The last character stands behind an odd number of backslashes."""
    body = text[:-1]
    return (len(body) - len(body.rstrip("\\"))) % 2 == 1


def _skip_comment(text: str, at: int) -> int:
    """Find the end of a comment that began before `at`; comments nest, and one without end takes all."""
    depth = 1
    for match in _COMMENT_PART.finditer(text, at):
        mark = match.group()
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
            if not depth:
                return match.end()
    return len(text)


def _group(tokens: list[Token]) -> tuple[list[str], int]:
    """Gather tokens into addresses, right to left as RFC 822 reads best: (addresses, count of other tokens).

    Two words side by side are two addresses; a comma or semicolon parts addresses; `phrase <address>` and
    `name: addresses;` lose their phrase and name. Brackets are not counted among the others.
    """
    addresses: list[str] = []
    pending: list[Token] = []
    others = 0
    last_was_word = is_in_group = False

    def finish() -> None:
        if pending:
            addresses.append(_text(pending[::-1]))
            pending.clear()

    at = len(tokens) - 1
    while at >= 0:
        kind, text = tokens[at]
        if kind == "comment":
            others += 1
        elif kind != "operator":
            if last_was_word:
                finish()
                others += 1
            pending.append(tokens[at])
            last_was_word = True
        elif text == ">":
            finish()
            start = _opening_bracket(tokens, at)
            inside = [token for token in tokens[max(start, -1) + 1 : at] if token[0] != "comment"]
            others += at - start - 1 - len(inside)
            pending = inside[::-1]
            finish()
            skipped = _phrase_start(tokens, start)
            others += max(start, 0) - skipped
            at, last_was_word = skipped, False
        elif text in ",;":
            finish()
            others += 1
            is_in_group = is_in_group or text == ";"
            last_was_word = False
        elif text == ":" and is_in_group:
            finish()
            skipped = at
            while skipped > 0 and tokens[skipped - 1] != ("operator", ","):
                skipped -= 1
            others += at - skipped + 1
            at = skipped
        else:
            pending.append(tokens[at])
            last_was_word = False
        at -= 1
    finish()
    return addresses, others


def _opening_bracket(tokens: list[Token], closing: int) -> int:
    """Where the bracket opens that ends here; -1 without."""
    start = closing - 1
    while start >= 0 and tokens[start] != ("operator", "<"):
        start -= 1
    return start


def _phrase_start(tokens: list[Token], bracket: int) -> int:
    """Where the phrase before an opening bracket begins: after the nearest `>`, `;`, `,` or `:`."""
    start = max(bracket, 0)
    while start > 0 and not (tokens[start - 1][0] == "operator" and tokens[start - 1][1] in ">;,:"):
        start -= 1
    return start


def _text(tokens: list[Token]) -> str:
    """The tokens of one address as one string; words that stand side by side keep a space between them."""
    parts: list[str] = []
    last_was_word = False
    for kind, text in tokens:
        is_word = kind != "operator"
        if is_word and last_was_word:
            parts.append(" ")
        parts.append(text)
        last_was_word = is_word
    return "".join(parts)
