"""The Maildir as a Destination: used where no next hop is set (`maildir_directory`).

Below `maildir_directory` each recipient has a Maildir of the name that maildir_name.py gives; it is made with the
first message. The client hears 250 when every copy is flushed to disk and renamed into new/ (maildir_message.py
tells how). A recipient is accepted unseen: who exists is for the policy to know. `canonical` gives the spelling that
the policy has judged (a bare user gets our origin, a final dot goes); address extensions stay. Two spellings of one
address that share a Maildir get one copy.

Refuses: an address with control characters, or that cannot be written between angle brackets (501 5.1.7, 501 5.1.3),
since it would go into a header.

Unavailable: disk or quota full: 452 4.3.1, with one line in the log when it begins and one when it is over; any
other trouble (permission, a file in the way): 451 4.3.0 with a warning that names the file. Nothing is then left
behind. Files of a crash in tmp/ are removed by mail readers after 36 hours, as the Maildir specification tells them.

Limits: up to 256 KiB of a message wait in memory, so most messages cost a single visit to a thread; beyond that the
message goes to its file in tmp/ as it comes, and write() asks to hold back while the disk is slower than the client.
Blocking work runs in 4 threads per worker (fsync waits for the disk, not for the CPU).

Postfix: local(8) delivers the same headers; the directory layout is virtual(8)'s with a trailing slash.
"""

import asyncio
import errno
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from gatepost.model.envelope import Recipient
from gatepost.model.reply import Reply
from gatepost.wire.smtp.delivery import BAD_RECIPIENT, BAD_SENDER
from gatepost.wire.smtp.delivery_commands import is_safe
from gatepost.wire.smtp.delivery_replies import GO_AHEAD
from gatepost.world.net.destination import Mail, ReplyCallback
from gatepost.world.net.maildir_message import MaildirEnvelope, MaildirMessage
from gatepost.world.watching.outage import Outage

SPOOL_OCTETS = 262144
THREAD_COUNT = 4

RECIPIENT_OK = Reply(250, "2.1.5", "Ok")
NO_ROOM = Reply(452, "4.3.1", "Insufficient system storage")
WRITE_ERROR = Reply(451, "4.3.0", "Error: mailbox write error")
NO_RECIPIENTS = Reply(554, "5.5.1", "Error: no valid recipients")


class MaildirStore:
    """The Maildirs of one worker and the threads that write them; shared by its sessions."""

    def __init__(self, maildir_directory: str, host_name: str) -> None:
        self._root = Path(maildir_directory)
        self._host_name = host_name
        self._threads = ThreadPoolExecutor(THREAD_COUNT, thread_name_prefix="maildir")
        self.room = Outage(f"maildir_directory {maildir_directory}", back="has room again")

    def begin(self, envelope: MaildirEnvelope) -> MaildirMessage:
        """Begin a message; nothing is written yet."""
        return MaildirMessage(self._root, self._host_name, envelope)

    def run(self, work: Callable[[], None], done: Callable[[BaseException | None], None]) -> None:
        """Do blocking work in a thread, then call `done` in the loop with what it raised."""
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        future.add_done_callback(lambda finished: done(finished.exception()))

    def close(self) -> None:
        """End the threads when what they do is done."""
        self._threads.shutdown(wait=True)


class MaildirDestination:
    """The Destination of one client session towards the Maildirs."""

    __slots__ = (
        "_began",
        "_canonical",
        "_done",
        "_failure",
        "_is_busy",
        "_is_finishing",
        "_is_held_back",
        "_last_cr",
        "_log",
        "_mail",
        "_message",
        "_recipients",
        "_soon",
        "_store",
        "_waiting",
        "_waiting_octets",
        "on_writable",
    )

    def __init__(
        self,
        store: MaildirStore,
        log: Callable[[str, str], None],
        canonical: Callable[[str], str] = lambda address: address,
    ) -> None:
        self._store = store
        self._canonical = canonical
        self._log = log
        self.on_writable: Callable[[], None] | None = None
        self._soon: asyncio.Handle | None = None
        self._done: ReplyCallback | None = None
        self._mail: Mail | None = None
        self._began = 0.0
        self._message: MaildirMessage | None = None
        self._recipients: list[str] = []
        self._waiting: list[bytes] = []
        self._waiting_octets = 0
        self._failure: Reply | None = None
        self._last_cr = False
        self._is_busy = False
        self._is_finishing = False
        self._is_held_back = False

    # What the door calls (Destination).

    def offer_recipient(self, mail: Mail, recipient: Recipient, done: ReplyCallback) -> None:
        """Accept any recipient that can be written down."""
        self._mail = mail
        if not is_safe(mail.sender.address):
            self._tell_soon(done, BAD_SENDER)
        elif not is_safe(recipient.address):
            self._tell_soon(done, BAD_RECIPIENT)
        else:
            self._recipients.append(self._canonical(recipient.address))
            self._tell_soon(done, RECIPIENT_OK)

    def begin_data(self, done: ReplyCallback) -> None:
        """Give leave."""
        if self._mail is None or not self._recipients:
            self._start_over()
            self._tell_soon(done, NO_RECIPIENTS)
            return
        self._began = time.monotonic()
        self._message = self._store.begin(MaildirEnvelope(self._mail.sender.address, tuple(self._recipients)))
        self._tell_soon(done, GO_AHEAD)

    def write(self, octets: bytes) -> bool:
        """Keep some of the message, with LF line ends, and pass it to a thread when there is enough."""
        if self._failure is not None or self._message is None:
            return True
        if self._last_cr:
            octets = b"\r" + octets
        self._last_cr = octets.endswith(b"\r")
        if self._last_cr:
            octets = octets[:-1]
        self._keep(octets.replace(b"\r\n", b"\n"))
        if self._waiting_octets >= SPOOL_OCTETS and not self._is_busy:
            self._spool()
        self._is_held_back = self._waiting_octets >= SPOOL_OCTETS
        return not self._is_held_back

    def finish(self, done: ReplyCallback) -> None:
        """Deliver."""
        if self._last_cr:
            self._keep(b"\r")
        if self._failure is not None or self._message is None:
            failure = self._failure or WRITE_ERROR
            self._start_over()
            self._tell_soon(done, failure)
            return
        self._done = done
        self._is_finishing = True
        if not self._is_busy:
            self._commit()

    def reset(self) -> None:
        """Forget the recipients."""
        self.abandon()

    def abandon(self) -> None:
        """Forget the message, and remove what was written of it."""
        self._done = None
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        message, is_busy = self._message, self._is_busy
        self._start_over()
        if message is not None:
            message.is_abandoned = True
            if not is_busy:
                self._store.run(message.discard, _nothing)

    # How it works.

    def _start_over(self) -> None:
        self._mail = None
        self._message = None
        self._recipients = []
        self._waiting = []
        self._waiting_octets = 0
        self._failure = None
        self._last_cr = False
        self._is_busy = False
        self._is_finishing = False
        self._is_held_back = False

    def _keep(self, octets: bytes) -> None:
        self._waiting.append(octets)
        self._waiting_octets += len(octets)

    def _take_waiting(self) -> list[bytes]:
        waiting, self._waiting = self._waiting, []
        self._waiting_octets = 0
        return waiting

    def _spool(self) -> None:
        message = self._message
        assert message is not None
        self._is_busy = True
        self._store.run(partial(message.write, self._take_waiting()), partial(self._spooled, message))

    def _spooled(self, message: MaildirMessage, error: BaseException | None) -> None:
        if message.is_abandoned:
            self._store.run(message.discard, _nothing)
            return
        self._is_busy = False
        if error is not None:
            self._failure = self._reply_to(error)
            self._take_waiting()
        if self._is_finishing:
            self._finish_late()
            return
        if self._waiting_octets >= SPOOL_OCTETS:
            self._spool()
        if self._is_held_back:
            self._is_held_back = False
            if self.on_writable is not None:
                self.on_writable()

    def _finish_late(self) -> None:
        """The end of the message came while a part of it was being written."""
        if self._failure is None:
            self._commit()
            return
        failure, done = self._failure, self._done
        self._start_over()
        if done is not None:
            done(failure)

    def _commit(self) -> None:
        message = self._message
        assert message is not None
        self._is_busy = True
        self._store.run(partial(message.commit, self._take_waiting()), partial(self._committed, message))

    def _committed(self, message: MaildirMessage, error: BaseException | None) -> None:
        if message.is_abandoned:
            return
        ident = self._mail.origin.ident if self._mail else ""
        if error is None:
            self._store.room.ends(self._log, self._began)
        reply = Reply(250, "2.0.0", f"Ok: queued as {ident}") if error is None else self._reply_to(error)
        done, self._done = self._done, None
        self._start_over()
        if done is not None:
            done(reply)

    def _reply_to(self, error: BaseException) -> Reply:
        ident = self._mail.origin.ident if self._mail else ""
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            self._store.room.begins(os.strerror(error.errno), self._log)
            return NO_ROOM
        self._log("warning", f"{ident}: maildir: {error}")
        return WRITE_ERROR

    def _tell_soon(self, done: ReplyCallback, reply: Reply) -> None:
        self._soon = asyncio.get_running_loop().call_soon(done, reply)


def _nothing(error: BaseException | None) -> None:
    """Pass over what discard() could not remove: it was said, if at all, by what failed before."""
