"""Values that are lists of files, as for Postfix's `postmap -F`: `key file, file`; what the files hold is the value.

The contents are joined with a line end between them. Compiled tables hold them in base64.

Limits: as for the text of a table (source.py).
Postfix: postmap(1) -F
"""

from pathlib import Path

from gatepost.model.answer import Answer, Found, NotFound
from gatepost.policy.language.tokens import words
from gatepost.world.tables.source import read_octets
from gatepost.world.tables.table import TableError


def read_files(named: Found[str], base: Path | None = None) -> Answer[str]:
    """Give what the files hold; NotFound, with the reason, where one cannot be read: Postfix skips such an entry."""
    try:
        contents = [read_octets((base or Path()) / name, named.value) for name in words(named.value)]
    except TableError as error:
        return NotFound(f"{error.complaint.place}: {error.complaint.text}: the entry is left out")
    return Found(b"\n".join(contents).decode("utf-8", "surrogateescape"), named.source)
