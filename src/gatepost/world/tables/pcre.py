"""pcre: Perl-compatible regular expressions tried in order.

    /^(?!owner-)(.*)-outgoing@(.*)$/   550 Use ${1}@${2} instead
    if !/\\.example\\.net$/
    /^dyn-\\d+/   REJECT dynamic
    endif

Patterns ignore case and `.` matches a newline; a flag after the pattern toggles: `i` case, `m` multi-line, `s` dot
matches newline, `x` extended, `A` anchored, `E` dollar matches at the very end only, `U` ungreedy. `X` has no effect
(PCRE2). Rules may stand in the name: `pcre:{ {/pattern/ result}, … }`; in main.cf write `$$` for `$`. The key is
matched whole and as it was sent: no parent domains, no folding. Cost: about 0.6 µs for each rule tried;
of a long table only rules are tried whose text the key holds.

Unavailable: a match that takes more than the limits set for PCRE2 (Postfix goes on to the next rule).
Postfix: pcre_table(5)
"""

from gatepost.world.tables import pcre2_library
from gatepost.world.tables.needed_text import Texts, needed_text
from gatepost.world.tables.pattern_rules import Dialect, RuleReader
from gatepost.world.tables.pcre2_library import PerlPattern
from gatepost.world.tables.source import read_rules
from gatepost.world.tables.table import LoadedTable, TableRequest, TableType, fault


def _needed_text(pattern: bytes, options: int) -> tuple[Texts, ...]:
    return () if options & pcre2_library.EXTENDED else needed_text(pattern, is_perl=True)


_DIALECT = Dialect(
    compile=PerlPattern,
    options=pcre2_library.CASELESS | pcre2_library.DOTALL,
    toggles={
        "i": pcre2_library.CASELESS,
        "m": pcre2_library.MULTILINE,
        "s": pcre2_library.DOTALL,
        "x": pcre2_library.EXTENDED,
        "A": pcre2_library.ANCHORED,
        "E": pcre2_library.DOLLAR_ENDONLY,
        "U": pcre2_library.UNGREEDY,
    },
    ignored_flags="X",
    needed_text=_needed_text,
)


def load(request: TableRequest) -> LoadedTable:
    """Read the rules."""
    if pcre2_library.MISSING:
        raise fault(request.shown_name, pcre2_library.MISSING, "install it (Debian: apt install libpcre2-8-0)")
    source = read_rules(request)
    reader = RuleReader(source, _DIALECT)
    search = reader.read()
    return LoadedTable(search, source.complaints, source.files, results=reader.results)


PCRE = TableType("pcre", __doc__, tries_partial_keys=False, folds_keys=False, load=load)
