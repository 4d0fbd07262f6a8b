"""POSIX regular expressions by the C library's own regcomp(3) and regexec(3), through ctypes.

The same engine that Postfix uses on the same machine, so every pattern means the same. Patterns are compiled in the
"C" locale, as Postfix runs: a pattern sees octets, and ignoring case concerns ASCII only. One search of a short
pattern costs about 0.3 µs.

Known limits of this engine, and what is done about them:
- It remembers every state it ever reached, without bound: a pattern like `x.{20}$` grows by 1 MB for a long key.
  `renew` compiles the pattern afresh; regexp.py does so after every KEY_OCTETS_PER_COMPILE octets of keys.
- A back-reference (`\\1`) makes the cost grow beyond all bounds with the key's length (50 s for 400 octets, measured
  for `^(.*)(.*)\\1\\2x$`). Such a pattern takes keys of at most BACK_REFERENCE_KEY_LIMIT octets; a longer key is
  Unavailable.

A pattern is used by one thread. Only the GNU C library is known; elsewhere MISSING says why there is no engine.

RFC: none; IEEE Std 1003.1 regcomp
"""

import ctypes
import re
import weakref
from collections.abc import Sequence

from gatepost.world.tables.pattern_rules import MatchError, PatternError

EXTENDED, IGNORE_CASE, NEWLINE, NO_GROUPS = 1, 2, 4, 8
"""glibc's REG_EXTENDED, REG_ICASE, REG_NEWLINE, REG_NOSUB (regex.h)."""

BACK_REFERENCE_KEY_LIMIT = 255
"""Octets: a DNS name is not longer (RFC 1035 section 2.3.4); two references then cost about 0.1 s at worst."""

_NO_MATCH = 1  # REG_NOMATCH
_REGEX_OCTETS = 64  # sizeof(regex_t), LP64
_GROUP_COUNT_OFFSET = 48  # offsetof(regex_t, re_nsub), LP64
_ALL_CATEGORIES = 0x1FBF  # LC_ALL_MASK
_BACK_REFERENCE = re.compile(rb"(?<!\\)(?:\\\\)*\\[1-9]")
_ZERO = ctypes.c_size_t(0)
_NO_OPTIONS = ctypes.c_int(0)

# PyDLL keeps the interpreter lock: a search is shorter than giving it up and taking it again.
_libc = ctypes.PyDLL(None)
_is_gnu = hasattr(_libc, "gnu_get_libc_version") and ctypes.sizeof(ctypes.c_void_p) == 8
MISSING = "" if _is_gnu else "POSIX regular expressions need the 64-bit GNU C library"

if _is_gnu:
    _regcomp, _regexec, _regerror, _regfree = _libc.regcomp, _libc.regexec, _libc.regerror, _libc.regfree
    _libc.newlocale.restype = _libc.uselocale.restype = ctypes.c_void_p
    _libc.newlocale.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p]
    _libc.uselocale.argtypes = [ctypes.c_void_p]
    _C_LOCALE = _libc.newlocale(_ALL_CATEGORIES, b"C", None)

_Regex = ctypes.Array[ctypes.c_char]


def _compile(pattern: bytes, options: int) -> _Regex:
    """Compile into a new regex_t. Raises PatternError."""
    regex = (ctypes.c_char * _REGEX_OCTETS)()
    locale = _libc.uselocale(_C_LOCALE)
    try:
        status = _regcomp(regex, pattern, ctypes.c_int(options))
    finally:
        _libc.uselocale(locale)
    if status:
        text = ctypes.create_string_buffer(200)
        _regerror(status, regex, text, ctypes.c_size_t(len(text)))
        raise PatternError(text.value.decode("ascii", "replace"))
    return regex


class PosixPattern:
    """One compiled pattern."""

    __slots__ = ("__weakref__", "_free", "_key_limit", "_options", "_pattern", "_regex", "_spans", "group_count")

    def __init__(self, pattern: bytes, options: int, *, wants_groups: bool) -> None:
        self._pattern = pattern
        self._options = options if wants_groups else options | NO_GROUPS
        self._regex = _compile(pattern, self._options)
        self._free = weakref.finalize(self, _regfree, self._regex)
        self._free.atexit = False
        self.group_count = int.from_bytes(bytes(self._regex)[_GROUP_COUNT_OFFSET:][:8], "little")
        self._spans = (ctypes.c_int * (2 * self.group_count + 2))() if wants_groups else None
        self._key_limit = BACK_REFERENCE_KEY_LIMIT if _BACK_REFERENCE.search(pattern) else None

    @property
    def caution(self) -> str:
        """What its author should know of the pattern's cost, if anything."""
        return f"a back-reference: keys beyond {self._key_limit} octets cannot be matched" if self._key_limit else ""

    def matches(self, octets: bytes) -> bool:
        """Search the pattern in the octets. Raises MatchError."""
        if self._key_limit is not None and len(octets) > self._key_limit:
            raise MatchError(f"a pattern with a back-reference takes keys up to {self._key_limit} octets")
        status: int = _regexec(self._regex, octets, _ZERO, None, _NO_OPTIONS)
        if status == 0:
            return True
        if status == _NO_MATCH:
            return False
        raise MatchError("the C library could not match (out of memory)")

    def groups(self, octets: bytes) -> Sequence[bytes]:
        """Give what each group matched (empty where it took no part), for octets that are known to match."""
        spans = self._spans
        assert spans is not None
        if _regexec(self._regex, octets, ctypes.c_size_t(self.group_count + 1), spans, _NO_OPTIONS):
            raise MatchError("the C library could not match (out of memory)")
        return [octets[max(spans[at], 0) : max(spans[at + 1], 0)] for at in range(2, len(spans), 2)]

    def renew(self) -> None:
        """Forget the states remembered by compiling afresh; without memory for that the old ones stay."""
        try:
            regex = _compile(self._pattern, self._options)
        except PatternError:
            return
        self._free()
        self._regex = regex
        self._free = weakref.finalize(self, _regfree, regex)
        self._free.atexit = False
