"""The reply of a QMQP server: K (taken), Z (not now) or D (never), and words for people, as one netstring.

`qmail-qmqpc` keeps the message after Z and bounces it after D; whatever is neither of the three counts as Z there.
"""

from dataclasses import dataclass, replace
from enum import Enum

from gatepost.model.reply import Reply
from gatepost.wire.netstrings import netstring


class Status(Enum):
    """What has become of the message."""

    TAKEN = "K"
    DEFERRED = "Z"
    REFUSED = "D"


@dataclass(frozen=True, slots=True)
class QmqpReply:
    """One reply. Control characters in its text are sent as `?`."""

    status: Status
    text: str

    def __str__(self) -> str:
        return f"{self.status.value}{self.text}"

    @property
    def is_positive(self) -> bool:
        """The message was taken."""
        return self.status is Status.TAKEN

    def softened(self) -> "QmqpReply":
        """As soft_bounce wants it: never refused for good."""
        return replace(self, status=Status.DEFERRED) if self.status is Status.REFUSED else self

    def to_wire(self) -> bytes:
        """The octets to send."""
        text = "".join(c if c >= " " and c != "\x7f" else "?" for c in str(self))
        return netstring(text.encode("utf-8", "surrogateescape"))


def from_smtp(reply: Reply) -> QmqpReply:
    """What an SMTP reply means to a QMQP client; of a positive one it hears the text alone, as from Postfix."""
    if reply.is_positive:
        return QmqpReply(Status.TAKEN, reply.text.replace("\n", " "))
    return QmqpReply(Status.REFUSED if reply.code >= 500 else Status.DEFERRED, str(reply))
