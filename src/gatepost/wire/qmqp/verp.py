"""Senders that vary with the recipient (VERP), as qmail's clients ask for them: `list-@host-@[]`.

Mail to bob@example.com then goes out as from `list-bob=example.com@host`, so that a bounce tells whom it is about.
The policy is asked about the sender without the mark, `list@host`. `list-@[]` is the same without a host.

cr.yp.to/proto/verp.txt; Postfix: qmqpd(8), VERP_README.
"""

from dataclasses import dataclass

_MARK = "-@[]"


@dataclass(frozen=True, slots=True)
class Verp:
    """A sender to be varied."""

    local: str
    host: str

    @property
    def plain(self) -> str:
        """The sender without recipient."""
        return f"{self.local}{self.host}"

    def sender_for(self, recipient: str) -> str:
        """The sender of the copy for this recipient."""
        local, at, domain = recipient.rpartition("@")
        varied = f"{local}={domain}" if at else recipient
        return f"{self.local}-{varied}{self.host}"


def read_verp(sender: str) -> Verp | None:
    """What a sender asks for; None for an ordinary one."""
    if not sender.endswith(_MARK):
        return None
    address = sender.removesuffix(_MARK)
    local, at, host = address.rpartition("-@")
    return Verp(local, f"@{host}") if at else Verp(address, "")
