"""One message on its way through a session: who sends it, where it goes, what the policy wants done to it."""

import email.utils
from dataclasses import dataclass, field

from gatepost.model.envelope import Origin, Sender
from gatepost.model.settings import Settings
from gatepost.wire.smtp.received import received_header


@dataclass(slots=True)
class Transaction:
    """From MAIL to the reply to the message. `ident` stands in the log, in Received: and in XFORWARD IDENT."""

    sender: Sender
    ident: str
    discards: bool = False
    headers: list[str] = field(default_factory=list)

    def header(self, origin: Origin, settings: Settings, recipient: str | None) -> bytes:
        """What is put before the message: the headers that access tables prepend, and our Received: line.

        `recipient` is the only one, or None where there are several.
        """
        received = received_header(
            origin,
            myhostname=settings.myhostname,
            mail_name=settings.mail_name,
            recipient=recipient or "",
            is_smtputf8=self.sender.is_smtputf8,
            date=email.utils.formatdate(localtime=True),
        )
        prepended = "".join(f"{line}\r\n" for line in self.headers)
        return prepended.encode("utf-8", "surrogateescape") + received
