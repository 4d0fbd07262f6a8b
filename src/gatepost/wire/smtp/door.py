"""What the sessions of one door share: the settings and all that can be worked out from them once.

Constant replies are kept as octets. `smtpd_forbidden_commands` and `smtpd_noop_commands` are words, compared
without case; of their tables only the built-in one of postconf(5) is known here, as the rule it stands for.
"""

from gatepost.model.reply import Reply
from gatepost.wire.smtp.extensions import ehlo_reply
from gatepost.wire.smtp.settings import BOGUS_COMMANDS, SmtpSettings

REMEMBERED_DOORS = 64
"""How many settings are kept; a server has a handful of doors, and a reload makes new ones."""


class Door:
    """One set of settings, prepared."""

    __slots__ = (
        "_ehlo_replies",
        "forbidden",
        "forbids_bogus",
        "greeting",
        "helo_reply",
        "noop_commands",
        "settings",
    )

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self.greeting = Reply(220, "", settings.smtpd_banner).to_wire()
        self.helo_reply = Reply(250, "", settings.myhostname).to_wire()
        self._ehlo_replies: dict[tuple[str | bool, ...], bytes] = {}
        self.forbids_bogus = BOGUS_COMMANDS in settings.smtpd_forbidden_commands
        self.forbidden = frozenset(word.lower() for word in settings.smtpd_forbidden_commands)
        self.noop_commands = frozenset(word.lower() for word in settings.smtpd_noop_commands)

    def ehlo_reply(self, *, auth: str = "", **offered: bool) -> bytes:
        """The answer to EHLO, made once for each kind of client."""
        key: tuple[str | bool, ...] = (auth, *offered.values())
        reply = self._ehlo_replies.get(key)
        if reply is None:
            reply = ehlo_reply(self.settings, auth=auth, **offered)
            self._ehlo_replies[key] = reply
        return reply

    def forbids(self, word: str) -> bool:
        """An unknown command that ends the session: a forbidden word, or one that begins with no letter."""
        return word.lower() in self.forbidden or (self.forbids_bogus and not ("A" <= word[0].upper() <= "Z"))


_DOORS: dict[int, Door] = {}


def door_for(settings: SmtpSettings) -> Door:
    """The door of these very settings (compared by identity: sessions of a door share one object)."""
    door = _DOORS.get(id(settings))
    if door is None or door.settings is not settings:
        if len(_DOORS) >= REMEMBERED_DOORS:
            _DOORS.clear()
        door = _DOORS[id(settings)] = Door(settings)
    return door
