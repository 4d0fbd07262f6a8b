"""What access tables ask to be done to a message, as far as a gate without a queue can (access(5)).

PREPEND     a header above the message. At END-OF-MESSAGE it comes too late: logged and passed over, as in Postfix
BCC         one recipient more, offered to the hop before DATA; if the hop refuses it the mail goes on without
REDIRECT    one recipient instead of all, BCC included; the last one asked for counts
HOLD, FILTER, and BCC and REDIRECT at END-OF-MESSAGE
            cannot be done: 451 for the command, with a line in the log. Mail must not pass without what was asked

VRFY brings no message: whatever is asked for there is passed over.
"""

from dataclasses import dataclass, field

from gatepost.model.reply import Reply
from gatepost.model.verdict import Effect
from gatepost.service.session_log import SessionLog
from gatepost.wire.smtp.delivery_commands import is_safe

AFTER_DATA = "END-OF-MESSAGE"
MESSAGE_STAGES = frozenset({"MAIL", "RCPT", "DATA", "BDAT", "END-OF-MESSAGE"})
"""The stages that speak of the message under way: a DISCARD holds for these, and is asked for by these only."""

SILENCED_STAGES = MESSAGE_STAGES | {"VRFY"}
"""The stages that a DISCARD silences."""

IMPOSSIBLE = Reply(451, "4.3.0", "Error: this server keeps no queue and cannot do what its policy asks")
QUEUE_ACTIONS = frozenset({"HOLD", "FILTER"})
"""What only a queue can do."""

ADDRESS_ACTIONS = frozenset({"BCC", "REDIRECT"})
"""What changes the envelope, which the hop has been given when DATA has gone."""


@dataclass(slots=True)
class Effects:
    """What one transaction has been asked for. `copies` still wait to be offered; `asked_copies` are all there were.

    `is_redirected`: the hop has taken the redirect address, and no other recipient.
    """

    headers: list[str] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    asked_copies: set[str] = field(default_factory=set)
    redirect: str = ""
    is_redirected: bool = False

    def take(self, effect: Effect, where: str, log: SessionLog) -> bool:
        """Note an effect to be carried out; False where that cannot be."""
        action, value = effect.action, effect.value
        if where == "VRFY":
            return True
        if action == "PREPEND":
            if where == AFTER_DATA:
                log.say(f"{where} from %s: access table action PREPEND comes too late: passed over", is_warning=True)
            else:
                self.headers.append(value)
            return True
        why = why_impossible(effect, where)
        if why:
            log.say(f"{where} from %s: access table action {f'{action} {value}'.rstrip()} {why}", is_warning=True)
            return False
        if action == "REDIRECT":
            self._redirect_to(value)
        elif value not in self.asked_copies:
            self.asked_copies.add(value)
            self.copies.append(value)
        return True

    def _redirect_to(self, address: str) -> None:
        if address != self.redirect:
            self.redirect, self.is_redirected = address, False


def why_impossible(effect: Effect, where: str) -> str:
    """Why an effect cannot be carried out at a stage, and what to do about it; "" where it can."""
    if where == "VRFY" or effect.action == "PREPEND":
        return ""
    if effect.action in QUEUE_ACTIONS:
        return "needs a queue, which Gatepost does not keep: change the access table"
    if where == AFTER_DATA:
        return "comes too late: the next hop has the envelope. Use it in an earlier list"
    if not is_safe(effect.value):
        return "names an address that no hop could be given: change the access table"
    return ""
