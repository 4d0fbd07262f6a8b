"""One message on its way through a session: who sends it, where it goes, what the policy wants done to it."""

import email.utils
from dataclasses import dataclass, field

from gatepost.model.envelope import Origin, Sender
from gatepost.model.settings import Settings
from gatepost.service.effects import Effects
from gatepost.wire.smtp.received import received_header


@dataclass(slots=True)
class Transaction:
    """From MAIL to the reply to the message. `ident` stands in the log, in Received: and in XFORWARD IDENT.

    `recipients` are those that the client gave and was told 250 for; the hop may have others (effects.py).
    """

    sender: Sender
    ident: str
    discards: bool = False
    recipients: list[str] = field(default_factory=list)
    effects: Effects = field(default_factory=Effects)

    @property
    def only_recipient(self) -> str | None:
        """The recipient, where there is just one: with several, policy and headers show none of them."""
        return self.recipients[0] if len(self.recipients) == 1 else None

    @property
    def first_recipient(self) -> str:
        """The first recipient, as Postfix shows it in log lines about the whole message; "" without any."""
        return self.recipients[0] if self.recipients else ""

    def header(self, origin: Origin, settings: Settings) -> bytes:
        """What is put before the message: the headers that access tables prepend, and our Received: line."""
        received = received_header(
            origin,
            myhostname=settings.myhostname,
            mail_name=settings.mail_name,
            recipient=self.only_recipient or "",
            is_smtputf8=self.sender.is_smtputf8,
            date=email.utils.formatdate(localtime=True),
        )
        prepended = "".join(f"{line}\r\n" for line in self.effects.headers)
        return prepended.encode("utf-8", "surrogateescape") + received
