"""Which destination takes a recipient: transport_maps first, then smtpd_proxy_filter, then the Maildirs.

A hop is named by its text; a session keeps one Destination per hop. An `error:` or `retry:` route refuses its
recipient, as the unlisted-recipient check does where it is run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from gatepost.config.configuration import Configuration
from gatepost.model.reply import Reply
from gatepost.model.settings import Settings
from gatepost.policy.asking import Asking
from gatepost.policy.recipient_routes import has_routes, route_of
from gatepost.policy.resolving import rewrite
from gatepost.policy.routing import MAILDIR
from gatepost.world.net.destination import Destination
from gatepost.world.net.maildir import MaildirDestination, MaildirStore
from gatepost.world.net.next_hop import NextHop, NextHopPool, NextHopSettings, parse_hop_address
from gatepost.world.watching.log import Logging

NO_DESTINATION = Reply(451, "4.3.5", "Server configuration error: no next hop for this recipient")
ANOTHER_HOP = Reply(452, "4.5.3", "Error: this recipient needs another next hop: send it in a transaction of its own")


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where mail may go from one door. `default_hop` is "" where neither hop nor Maildir is configured."""

    settings: Settings
    default_hop: str
    hop_settings: NextHopSettings
    pool: NextHopPool
    maildirs: MaildirStore | None
    queue_directory: str
    log: Callable[[str, str], None]

    @property
    def has_one_hop(self) -> bool:
        """No table chooses, no class refuses: every recipient goes to the default hop."""
        return not has_routes(self.settings)

    def hop_for(self, address: str) -> Asking[str | Reply]:
        """The name of the hop that takes this recipient, or the reply that says why none can be had now."""
        chosen = yield from route_of(address, self.settings)
        if isinstance(chosen, Reply):
            return chosen
        return (chosen.hop if chosen else "") or self.default_hop or NO_DESTINATION

    def open(self, hop: str) -> Destination | Reply:
        """A Destination for one session and one hop."""
        if hop == MAILDIR:
            if self.maildirs is None:
                return NO_DESTINATION
            canonical = partial(rewrite, settings=self.settings)  # the address that the policy has judged
            return MaildirDestination(self.maildirs, self.log, canonical)
        try:
            address = parse_hop_address(hop, self.queue_directory)
        except ValueError as error:
            self.log("warning", f"transport_maps: {error}")
            return NO_DESTINATION
        return NextHop(address, self.hop_settings, self.pool, self.log)


def open_destinations(
    view: Configuration, settings: Settings, default_hop: str, hop: NextHopSettings, pool: NextHopPool, log: Logging
) -> Destinations:
    """The destinations of one door, as its view of the configuration has them."""
    maildir = view.text("maildir_directory")
    tell = {"info": log.info, "warning": log.warning}
    return Destinations(
        settings=settings,
        default_hop=default_hop,
        hop_settings=hop,
        pool=pool,
        maildirs=MaildirStore(maildir, view.text("myhostname")) if maildir else None,
        queue_directory=view.text("queue_directory"),
        log=lambda severity, text: tell.get(severity, log.warning)(text),
    )
