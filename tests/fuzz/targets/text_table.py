"""The text of a table with anything in it: texthash, hash, cidr, inline and the composed types. Held: a table that
answers every key, and complaints in words.
"""

from pathlib import Path

from gatepost.model.answer import Found, NotFound, Unavailable
from gatepost.world.tables import load_table
from gatepost.world.tables.table import Table
from tests.fuzz.pieces import split_input

KINDS = ("texthash", "hash", "cidr", "texthash")
INLINE = ("inline:{{{}}}", "unionmap:{{static:a, inline:{{{}}}}}", "pipemap:{{static:a, inline:{{{}}}}}",
          "randmap:{{{}}}", "static:{}", "{}")  # fmt: skip
KEYS = ("", "a", "example.com", "ann@example.com", "192.0.2.1", "2001:db8::1", ".", "A\udcff", "ab" * 150)
WORDS = (
    "\n ",
    "#",
    '"',
    "192.0.2.0/24 ",
    "if 10.0.0.0/8\n",
    "endif\n",
    "!",
    "{a=b}",
    "REJECT ",
    "unionmap:",
    "pipemap:",
)


def one_input(octets: bytes) -> None:
    """One table."""
    chosen, _, text = split_input(octets)
    if chosen & 1:
        Path("table").write_bytes(text)
        hold_answers(load_table(f"{KINDS[chosen >> 1 & 3]}:table", base=Path.cwd(), smtputf8=not chosen & 8), text)
        return
    words = text.decode("utf-8", "surrogateescape")
    if "/" not in words:  # a name of some other file
        form = INLINE[(chosen >> 1) % len(INLINE)]
        hold_answers(load_table(form.replace("{{", "{").replace("}}", "}").replace("{}", words)), text)


def hold_answers(table: Table, text: bytes) -> None:
    """Every key is answered; so are words of the text itself."""
    assert all(complaint.text for complaint in table.complaints)
    words = text[:200].decode("utf-8", "surrogateescape").split()
    find = getattr(table, "find", None)
    if find is None:
        return
    for key in (*KEYS, *words[:4]):
        assert isinstance(find(key), Found | NotFound | Unavailable)
