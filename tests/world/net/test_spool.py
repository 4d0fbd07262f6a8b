"""A message kept until its envelope is there."""

import os
from pathlib import Path

import pytest

from gatepost.world.net.spool import SPOOL_OCTETS, Spool


def contents(spool):
    spool.rewind()
    pieces = []
    while octets := spool.read():
        pieces.append(octets)
    return b"".join(pieces)


@pytest.mark.parametrize("size", [0, 1, SPOOL_OCTETS, SPOOL_OCTETS + 1, 5 * SPOOL_OCTETS])
def test_what_is_written_is_read_as_often_as_wanted(tmp_path, size):
    text = os.urandom(size)
    spool = Spool(str(tmp_path))
    for at in range(0, size, 1000):
        spool.write(text[at : at + 1000])
    assert contents(spool) == text
    assert contents(spool) == text
    assert list(tmp_path.iterdir()) == [], "the file has a name"
    spool.close()


def open_files() -> set[str]:
    return {str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}


def test_small_messages_stay_in_memory(tmp_path):
    spool = Spool(str(tmp_path))
    spool.write(b"x" * SPOOL_OCTETS)
    assert not any(str(tmp_path) in name for name in open_files())
    spool.write(b"x")
    assert any(str(tmp_path) in name for name in open_files())
    spool.close()
    assert not any(str(tmp_path) in name for name in open_files())


def test_a_directory_that_cannot_be_used():
    spool = Spool("/nonexistent/directory")
    spool.write(b"x" * 2 * SPOOL_OCTETS)
    assert len(contents(spool)) == 2 * SPOOL_OCTETS
    spool.close()
