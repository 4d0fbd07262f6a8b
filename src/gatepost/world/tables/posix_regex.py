"""POSIX regular expressions by the C library's own regcomp(3) and regexec(3), through ctypes.

The same engine that Postfix uses on the same machine, so every pattern means the same. Patterns are compiled in the
"C" locale, as Postfix runs: a pattern sees octets, and ignoring case concerns ASCII only. One search of a short
pattern costs about 0.3 µs.

Known limits of this engine, and what is done about them:
- It remembers every state it ever reached, without bound: a pattern like `x.{20}$` grows by 1 MB for a long key.
  The pattern is therefore compiled afresh after every OCTETS_PER_COMPILE octets that it was tried on.
- A back-reference (`\\1`) makes the cost grow beyond all bounds with the key's length (50 s for 400 octets, measured
  for `^(.*)(.*)\\1\\2x$`). Such a pattern takes keys of at most BACK_REFERENCE_KEY_LIMIT octets; a longer key is
  Unavailable.
- Repetitions within repetitions are written out when a pattern is compiled, and each `+` doubles what it stands
  behind: a pattern that comes to more than COPIES_LIMIT pieces is refused.
- A counted repetition is written out (`(a{100}){100}` is 10,000 a's), and each octet of a key may cost a step for
  each copy (5 s for 4096 octets, measured for `(a{1,100}){1,100}b`). Keys beyond STEP_LIMIT steps are Unavailable;
  up to 61 copies no key of 4096 octets is.

A pattern is used by one thread. Only the GNU C library is known; elsewhere MISSING says why there is no engine.

RFC: none; IEEE Std 1003.1 regcomp
"""

import ctypes
import re
import weakref
from collections.abc import Sequence

from gatepost.world.tables.pattern_rules import PatternError
from gatepost.world.tables.rule_search import MatchError
from gatepost.world.tables.table import KEY_LENGTH_LIMIT

EXTENDED, IGNORE_CASE, NEWLINE, NO_GROUPS = 1, 2, 4, 8
"""glibc's REG_EXTENDED, REG_ICASE, REG_NEWLINE, REG_NOSUB (regex.h)."""

BACK_REFERENCE_KEY_LIMIT = 255
"""Octets: a DNS name is not longer (RFC 1035 section 2.3.4); two references then cost about 0.1 s at worst."""

STEP_LIMIT = 250_000
"""Octets of the key times copies in the pattern: about 50 ms at worst, at 0.2 µs for each (measured)."""

COPIES_LIMIT = 10_000
"""Pieces of a pattern whose repetitions are written out: compiling takes 0.4 s then, and grows with the square (27 s
for `x{0,32767}b`, measured). Without a limit `x` and 30 plus signs take all the memory there is."""

OCTETS_PER_COMPILE = 16 * 1024
"""At some 4 KB for a remembered state, a pattern holds 64 MB at worst. For keys of 30 octets that is 20 µs every 500
times that a pattern is tried."""

_COSTLY = "a back-reference, or much counted repetition"
_NO_MATCH = 1  # REG_NOMATCH
_REGEX_OCTETS = 64  # sizeof(regex_t), LP64
_GROUP_COUNT_OFFSET = 48  # offsetof(regex_t, re_nsub), LP64
_ALL_CATEGORIES = 0x1FBF  # LC_ALL_MASK
_BACK_REFERENCE = re.compile(rb"(?<!\\)(?:\\\\)*\\[1-9]")
_TOKEN = re.compile(
    rb"\\.|\[\^?\]?(?:\[([:.=]).*?\1\]|[^\]])*\]|(?P<count>\{(?P<least>\d+)(?P<most>,\d*)?\})|.", re.DOTALL
)
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
    if _copies(pattern, plus=2 if options & EXTENDED else 1) > COPIES_LIMIT:
        raise PatternError(f"its repetitions come to more than {COPIES_LIMIT} pieces")
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


def _key_limit(pattern: bytes) -> int:
    """How many octets a key may have so that a search stays short."""
    limit = STEP_LIMIT // _copies(pattern) if b"{" in pattern else STEP_LIMIT
    return min(limit, BACK_REFERENCE_KEY_LIMIT) if _BACK_REFERENCE.search(pattern) else limit


def _copies(pattern: bytes, plus: int = 1) -> int:
    """How many pieces the counted repetitions of a pattern come to when they are written out; at least 1.

    `plus` is what `x+` counts as: a search takes it for one x, but it is compiled as two, `xx*`.
    """
    sizes = [0]  # of the groups that are open
    copies = last = 1
    for token in _TOKEN.finditer(pattern):
        if token["count"]:
            most = int((token["most"] or b"")[1:] or token["least"])
            copies = max(copies, last * most)
            sizes[-1] += last * (max(most, 1) - 1)
            last *= max(most, 1)
        elif token[0] == b"+":
            sizes[-1] += last * (plus - 1)
            last *= plus
            copies = max(copies, last) if plus > 1 else copies
        elif token[0] == b"(":
            sizes.append(0)
        elif token[0] == b")" and len(sizes) > 1:
            last = sizes.pop()
            sizes[-1] += last
        elif token[0] not in (b"*", b"?"):
            last = 1
            sizes[-1] += 1
        if max(last, sizes[-1] - len(pattern)) > COPIES_LIMIT:
            return max(last, sizes[-1])
    return copies


class PosixPattern:
    """One compiled pattern."""

    __slots__ = (
        "__weakref__", "_free", "_key_limit", "_octets_left", "_options", "_pattern", "_regex", "_spans",
        "group_count",
    )  # fmt: skip

    def __init__(self, pattern: bytes, options: int, *, wants_groups: bool) -> None:
        self._pattern = pattern
        self._options = options if wants_groups else options | NO_GROUPS
        self._regex = _compile(pattern, self._options)
        self._free = weakref.finalize(self, _regfree, self._regex)
        self._free.atexit = False
        self.group_count = int.from_bytes(bytes(self._regex)[_GROUP_COUNT_OFFSET:][:8], "little")
        self._spans = (ctypes.c_int * (2 * self.group_count + 2))() if wants_groups else None
        self._octets_left = OCTETS_PER_COMPILE
        self._key_limit = _key_limit(pattern)

    @property
    def caution(self) -> str:
        """What its author should know of the pattern's cost, if anything."""
        if self._key_limit >= KEY_LENGTH_LIMIT:
            return ""
        return f"a costly pattern ({_COSTLY}): keys beyond {self._key_limit} octets cannot be matched"

    def matches(self, octets: bytes) -> bool:
        """Search the pattern in the octets. Raises MatchError."""
        if len(octets) > self._key_limit:
            raise MatchError(f"a costly pattern ({_COSTLY}) takes keys up to {self._key_limit} octets")
        self._octets_left -= len(octets)
        if self._octets_left < 0:
            self._renew()
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

    def _renew(self) -> None:
        """Forget the states remembered by compiling afresh; without memory for that the old ones stay."""
        self._octets_left = OCTETS_PER_COMPILE
        try:
            regex = _compile(self._pattern, self._options)
        except PatternError:
            return
        self._free()
        self._regex = regex
        self._free = weakref.finalize(self, _regfree, regex)
        self._free.atexit = False
