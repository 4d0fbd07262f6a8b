"""One message on its way into one or more Maildirs. Everything here blocks: it runs in the store's threads.

The message is written to a file in tmp/ of its first recipient as it comes; for the others that file is copied
behind a header of their own (a hard link would show every recipient in each copy, blind ones too). Every copy lies
in tmp/, flushed with fsync, before the first is renamed into new/; then the new/ directories are flushed, and only
then is the message delivered. Whatever fails before that removes every copy again, those in new/ too.

Each copy begins with `Return-Path:` (the sender) and `Delivered-To:` (the one recipient). Lines end with LF.
Directories are made with mode 0700 and files with 0600.

Raises: OSError, from write and commit; MaildirMessage is then of no further use, and has removed what it wrote.
"""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gatepost.wire.smtp.delivery_commands import path as written_path
from gatepost.world.net.maildir_name import directory_name, unique_name

COPY_OCTETS = 1 << 20  # read at a time while copying to further recipients: bounds memory

_NEW_FILE = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class MaildirEnvelope:
    """Whose message it is: the sender ("" is the null sender) and the recipients, in the order they came."""

    sender: str
    recipients: tuple[str, ...]


class MaildirMessage:
    """A message being written. Its calls come one after another, each from whatever thread is free."""

    __slots__ = (
        "_envelope",
        "_file",
        "_head_octets",
        "_host_name",
        "_root",
        "_temporary",
        "_visible",
        "is_abandoned",
    )

    def __init__(self, root: Path, host_name: str, envelope: MaildirEnvelope) -> None:
        self._root = root
        self._host_name = host_name
        self._envelope = envelope
        self._file = -1
        self._head_octets = 0
        self._temporary: list[Path] = []
        self._visible: list[Path] = []
        self.is_abandoned = False

    def write(self, chunks: Sequence[bytes]) -> None:
        """Add to the message."""
        try:
            if self._file < 0:
                self._begin()
            for chunk in chunks:
                _write_all(self._file, chunk)
        except BaseException:
            self.discard()
            raise

    def commit(self, chunks: Sequence[bytes]) -> None:
        """Add the rest and deliver. When this returns, the message is on disk for every recipient.

        An abandoned one is removed instead, if it was abandoned before the first rename.
        """
        self.write(chunks)
        try:
            os.fsync(self._file)
            self._copy_to_others()
            if self.is_abandoned:
                self.discard()
                return
            for path in self._temporary:
                target = path.parent.parent / "new" / path.name
                path.rename(target)
                self._visible.append(target)
            for directory in dict.fromkeys(path.parent for path in self._visible):
                _flush_directory(directory)
        except BaseException:
            self.discard()
            raise
        self._close()

    def discard(self) -> None:
        """Remove whatever was written."""
        self._close()
        for path in (*self._visible, *self._temporary):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        self._visible.clear()
        self._temporary.clear()

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _begin(self) -> None:
        first = self._envelope.recipients[0]
        self._file = self._create(first)
        head = self._head(first)
        self._head_octets = len(head)
        _write_all(self._file, head)

    def _copy_to_others(self) -> None:
        served = {directory_name(self._envelope.recipients[0])}
        for recipient in self._envelope.recipients[1:]:
            name = directory_name(recipient)
            if name in served:
                continue
            served.add(name)
            copy = self._create(recipient)
            try:
                _write_all(copy, self._head(recipient))
                os.lseek(self._file, self._head_octets, os.SEEK_SET)
                while octets := os.read(self._file, COPY_OCTETS):
                    _write_all(copy, octets)
                os.fsync(copy)
            finally:
                os.close(copy)

    def _create(self, recipient: str) -> int:
        maildir = self._root / directory_name(recipient)
        path = maildir / "tmp" / unique_name(self._host_name)
        try:
            descriptor = os.open(path, _NEW_FILE, 0o600)
        except FileNotFoundError:
            _make_maildir(maildir)
            descriptor = os.open(path, _NEW_FILE, 0o600)
        self._temporary.append(path)
        return descriptor

    def _head(self, recipient: str) -> bytes:
        text = f"Return-Path: {written_path(self._envelope.sender)}\nDelivered-To: {recipient}\n"
        return text.encode("utf-8", "surrogateescape")


def _write_all(descriptor: int, octets: bytes) -> None:
    done = os.write(descriptor, octets)
    while done < len(octets):
        done += os.write(descriptor, memoryview(octets)[done:])


def _make_maildir(maildir: Path) -> None:
    """Make a Maildir that survives a crash; tmp/ comes last, because its presence says that the rest is there."""
    maildir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("cur", "new", "tmp"):
        (maildir / name).mkdir(mode=0o700, exist_ok=True)
    _flush_directory(maildir)
    _flush_directory(maildir.parent)


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
