"""regexp: POSIX regular expressions tried in order.

    /^friend@(.*)$/      550 Nobody at $1 is your friend
    !/^(.+)@example\\.com$/i   DUNNO
    if /\\.example\\.net$/
    /^dyn-/!/^dyn-office/     REJECT dynamic
    endif

Patterns are extended and ignore case; a flag after the pattern toggles that: `i` case, `m` newlines (`^` and `$`
match at line ends), `x` extended (without: basic). `/p1/!/p2/` matches p1 and not p2. Rules may stand in the name:
`regexp:{ {/pattern/ result}, … }`; in main.cf write `$$` for `$`. The key is matched whole and as it was sent: no
parent domains, no folding. Cost: about 0.4 µs for each rule tried.

A pattern with a back-reference (`\\1`) can take very long and is therefore given keys of at most 255 octets; write
such a rule in a pcre table, where every match is bounded.

Unavailable: a key too long for a back-reference; no memory.
Postfix: regexp_table(5)
"""

from gatepost.model.answer import Answer
from gatepost.world.tables import posix_regex
from gatepost.world.tables.pattern_rules import Dialect, RuleReader
from gatepost.world.tables.posix_regex import PosixPattern
from gatepost.world.tables.source import read_rules
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType, fault

KEY_OCTETS_PER_COMPILE = 16 * 1024
"""After so many octets of keys the patterns are compiled afresh: at some 4 KB for a remembered state, a pattern
holds 64 MB at worst. For keys of 30 octets that is 20 µs for each pattern every 500 look-ups."""


def load(request: TableRequest) -> LoadedTable:
    """Read the rules."""
    if posix_regex.MISSING:
        raise fault(request.shown_name, posix_regex.MISSING, "use a pcre table instead")
    source = read_rules(request)
    patterns: list[PosixPattern] = []

    def compile_pattern(pattern: bytes, options: int, *, wants_groups: bool) -> PosixPattern:
        compiled = PosixPattern(pattern, options, wants_groups=wants_groups)
        patterns.append(compiled)
        return compiled

    toggles = {"i": posix_regex.IGNORE_CASE, "m": posix_regex.NEWLINE, "x": posix_regex.EXTENDED}
    defaults = posix_regex.EXTENDED | posix_regex.IGNORE_CASE
    reader = RuleReader(source, Dialect(compile_pattern, defaults, toggles, takes_second_pattern=True))
    try_rules = reader.read()
    octets_left = KEY_OCTETS_PER_COMPILE

    def search(key: str) -> Answer[str]:
        nonlocal octets_left
        octets_left -= len(key)
        if octets_left < 0:
            octets_left = KEY_OCTETS_PER_COMPILE
            for pattern in patterns:
                pattern.renew()
        return try_rules(key)

    return LoadedTable(search, source.complaints, source.files, results=reader.results)


REGEXP = TableType("regexp", __doc__, tries_partial_keys=False, folds_keys=False, load=load)
