"""regexp: POSIX regular expressions tried in order.

    /^friend@(.*)$/      550 Nobody at $1 is your friend
    !/^(.+)@example\\.com$/i   DUNNO
    if /\\.example\\.net$/
    /^dyn-/!/^dyn-office/     REJECT dynamic
    endif

Patterns are extended and ignore case; a flag after the pattern toggles that: `i` case, `m` newlines (`^` and `$`
match at line ends), `x` extended (without: basic). `/p1/!/p2/` matches p1 and not p2. Rules may stand in the name:
`regexp:{ {/pattern/ result}, … }`; in main.cf write `$$` for `$`. The key is matched whole and as it was sent: no
parent domains, no folding. Cost: about 0.4 µs for each rule tried; of a long table only rules are
tried whose text the key holds.

A pattern with a back-reference (`\\1`) can take very long and is therefore given keys of at most 255 octets; one
that counts far (`.{200}`, `(a{50}){50}`) keys of at most 250,000 octets divided by its copies. Write such a rule in a
pcre table, where every match is bounded.

Unavailable: a key too long for such a pattern; no memory.
Postfix: regexp_table(5)
"""

from gatepost.world.tables import posix_regex
from gatepost.world.tables.needed_text import Texts, needed_text
from gatepost.world.tables.pattern_rules import Dialect, RuleReader
from gatepost.world.tables.posix_regex import PosixPattern
from gatepost.world.tables.source import read_rules
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType, fault


def _needed_text(pattern: bytes, options: int) -> tuple[Texts, ...]:
    return needed_text(pattern, is_perl=False) if options & posix_regex.EXTENDED else ()


_DIALECT = Dialect(
    compile=PosixPattern,
    options=posix_regex.EXTENDED | posix_regex.IGNORE_CASE,
    toggles={"i": posix_regex.IGNORE_CASE, "m": posix_regex.NEWLINE, "x": posix_regex.EXTENDED},
    takes_second_pattern=True,
    needed_text=_needed_text,
)


def load(request: TableRequest) -> LoadedTable:
    """Read the rules."""
    if posix_regex.MISSING:
        raise fault(request.shown_name, posix_regex.MISSING, "use a pcre table instead")
    source = read_rules(request)
    reader = RuleReader(source, _DIALECT)
    search = reader.read()
    return LoadedTable(search, source.complaints, source.files, results=reader.results)


REGEXP = TableType("regexp", __doc__, tries_partial_keys=False, folds_keys=False, load=load)
