"""Perl-compatible regular expressions by libpcre2-8, through ctypes, with bounds on every match.

Why not a package from PyPI: `pcre2` 0.7.1 (tried) cannot bound a match (its match context takes callouts only) and
compiles every pattern with options of its own (PCRE2_ALT_BSUX: `\\x{20}` would mean twenty x's), where the pattern
of a table must mean what it means to Postfix. libpcre2-8 is the library that Postfix itself uses, and it is on every
machine with GNU grep, git or SELinux.

Limits: MATCH_LIMIT backtracks (about 5 ms) and HEAP_LIMIT_KIB of memory for one match; a pattern may lower them
(`(*LIMIT_MATCH=…)`), not raise them. A match that reaches a limit is decided neither way: Postfix takes it for no
match, here it is Unavailable, because the key comes from the client and must not talk itself past a rule.

Patterns see octets (Postfix compiles without PCRE2_UTF); a pattern can ask for UTF-8 itself with `(*UTF)`. One search
of a short pattern costs about 0.5 µs without the just-in-time compiler, which would gain half of that and lose the
exact limits. Patterns are used by one thread.

RFC: none; pcre2api(3)
"""

import ctypes
import weakref
from collections.abc import Sequence
from functools import lru_cache

from gatepost.world.tables.pattern_rules import PatternError
from gatepost.world.tables.rule_search import MatchError

CASELESS, DOLLAR_ENDONLY, DOTALL, EXTENDED, MULTILINE, UNGREEDY, ANCHORED = (
    0x00000008, 0x00000010, 0x00000020, 0x00000080, 0x00000400, 0x00040000, 0x80000000,
)  # fmt: skip
"""Compile options, from pcre2.h."""

MATCH_LIMIT = 500_000
"""Backtracking steps, about 5 ms; PCRE2's own default, 10,000,000, is 100 ms that other sessions would wait."""

HEAP_LIMIT_KIB = 4096
"""PCRE2 needs some 100 bytes for each point it may come back to; a key has at most 4096 characters."""

_NO_MATCH = -1  # PCRE2_ERROR_NOMATCH
_UNSET = ctypes.c_size_t(-1).value  # PCRE2_UNSET, also PCRE2_ZERO_TERMINATED
_ZERO_TERMINATED = ctypes.c_size_t(-1)
_START = ctypes.c_size_t(0)
_NO_OPTIONS = ctypes.c_uint32(0)
_INFO_CAPTURECOUNT = 4


def _open_library() -> ctypes.PyDLL | None:
    for name in ("libpcre2-8.so.0", "libpcre2-8.so"):
        try:
            return ctypes.PyDLL(name)
        except OSError:
            continue
    return None


_library = _open_library()
MISSING = "" if _library is not None else "libpcre2-8 is not installed"

if _library is not None:
    _compile, _match = _library.pcre2_compile_8, _library.pcre2_match_8
    _spans_of, _free = _library.pcre2_get_ovector_pointer_8, _library.pcre2_code_free_8
    for _maker in (_compile, _library.pcre2_match_context_create_8, _library.pcre2_match_data_create_8):
        _maker.restype = ctypes.c_void_p
    _spans_of.restype = ctypes.POINTER(ctypes.c_size_t)
    _bounds = ctypes.c_void_p(_library.pcre2_match_context_create_8(None))
    _library.pcre2_set_match_limit_8(_bounds, ctypes.c_uint32(MATCH_LIMIT))
    _library.pcre2_set_heap_limit_8(_bounds, ctypes.c_uint32(HEAP_LIMIT_KIB))


def _message(status: int) -> str:
    """PCRE2's text for one of its numbers."""
    assert _library is not None
    text = ctypes.create_string_buffer(200)
    _library.pcre2_get_error_message_8(ctypes.c_int(status), text, ctypes.c_size_t(len(text)))
    return text.value.decode("utf-8", "replace")


@lru_cache
def _match_data(bit_length: int) -> ctypes.c_void_p:
    """Give room for the result of one match, shared by all patterns that need about as much (it holds 20 KB)."""
    assert _library is not None
    return ctypes.c_void_p(_library.pcre2_match_data_create_8(ctypes.c_uint32(1 << bit_length), None))


class PerlPattern:
    """One compiled pattern."""

    __slots__ = ("__weakref__", "_code", "_data", "group_count")

    caution = ""

    def __init__(self, pattern: bytes, options: int, *, wants_groups: bool) -> None:  # noqa: ARG002 -- one signature
        assert _library is not None
        status, offset, count = ctypes.c_int(), ctypes.c_size_t(), ctypes.c_uint32()
        code = _compile(
            pattern, ctypes.c_size_t(len(pattern)), ctypes.c_uint32(options),
            ctypes.byref(status), ctypes.byref(offset), None,
        )  # fmt: skip
        if not code:
            raise PatternError(f"{_message(status.value)} at octet {offset.value + 1}")
        self._code = ctypes.c_void_p(code)
        weakref.finalize(self, _free, self._code).atexit = False
        _library.pcre2_pattern_info_8(self._code, ctypes.c_uint32(_INFO_CAPTURECOUNT), ctypes.byref(count))
        self.group_count = count.value
        self._data = _match_data(self.group_count.bit_length())

    def matches(self, octets: bytes) -> bool:
        """Search the pattern in the octets, which hold no NUL. Raises MatchError."""
        status: int = _match(
            self._code, octets, _ZERO_TERMINATED, _START, _NO_OPTIONS, self._data, _bounds,
        )  # fmt: skip
        if status >= 0:
            return True
        if status == _NO_MATCH:
            return False
        raise MatchError(_message(status))

    def groups(self, octets: bytes) -> Sequence[bytes]:
        """Give what each group matched (empty where it took no part), for octets that were just matched."""
        spans = _spans_of(self._data)
        return [
            b"" if spans[at] == _UNSET else octets[spans[at] : spans[at + 1]]
            for at in range(2, 2 * self.group_count + 2, 2)
        ]
