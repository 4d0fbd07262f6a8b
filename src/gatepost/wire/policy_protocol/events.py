"""What happens on a connection of the policy protocol, told in the past tense by PolicyDialogue.next_event()."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from gatepost.model.quick import quick


class Pause(Enum):
    """What next_event() gives when there is no event."""

    NEED_DATA = "need data"
    AWAITING_VERDICT = "awaiting verdict"


NEED_DATA = Pause.NEED_DATA
AWAITING_VERDICT = Pause.AWAITING_VERDICT


@dataclass(frozen=True, slots=True)
class RequestGiven:
    """(verdict) A whole request, its attributes in the order given; of one that is given twice the last counts."""

    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The last event: send what is outgoing and close. `complaint` says what was wrong, "" where nothing was."""

    complaint: str = ""


Event = RequestGiven | SessionEnded


quick(RequestGiven)
