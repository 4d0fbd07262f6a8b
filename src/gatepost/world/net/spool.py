"""A message that is here before anybody knows where it goes: in memory, beyond SPOOL_OCTETS in an unlinked file.

The file has no name (O_TMPFILE where the file system can): it is gone with the process, however that ends, and no one
else can open it. It is made in `directory` if that can be written to, else where the system keeps temporary files.

Raises: OSError from write() when the disk is full.
Cost: writing goes to the page cache and does not wait for the disk; the message need not survive a crash, for its
sender has not been told that it was taken.
"""

import os
import tempfile

SPOOL_OCTETS = 65536
"""What is kept in memory: most messages; a hundred sessions then hold 6.5 MB at the most."""

PIECE_OCTETS = 65536


class Spool:
    """One message, written once and read as often as it is wanted."""

    __slots__ = ("_file",)

    def __init__(self, directory: str) -> None:
        can_write = os.access(directory, os.W_OK | os.X_OK)
        self._file = tempfile.SpooledTemporaryFile(SPOOL_OCTETS, dir=directory if can_write else None)  # noqa: SIM115 - closed by close()

    def write(self, octets: bytes) -> None:
        """Keep some more of it."""
        self._file.write(octets)

    def rewind(self) -> None:
        """Read from the beginning next."""
        self._file.seek(0)

    def read(self) -> bytes:
        """The next piece; empty at the end."""
        return self._file.read(PIECE_OCTETS)

    def close(self) -> None:
        """Forget it."""
        self._file.close()
