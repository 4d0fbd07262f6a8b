"""How a session begins at each kind of door: what serving.py calls for every connection.

Apart from service/doors, for `gatepost check` and `explain` load doors and never open one.
"""

from collections.abc import Callable, Mapping
from typing import Any

from gatepost.service.doors.policyd import PolicyDoor
from gatepost.service.doors.qmqpd import QmqpDoor
from gatepost.service.doors.smtpd import SmtpDoor
from gatepost.service.openers.opener import Opener
from gatepost.service.openers.policyd import policyd_opener
from gatepost.service.openers.qmqpd import qmqpd_opener
from gatepost.service.openers.smtpd import smtpd_opener
from gatepost.service.resources import Resources

OPENERS: Mapping[type[Any], Callable[[Any, Resources], Opener]] = {
    SmtpDoor: smtpd_opener,
    QmqpDoor: qmqpd_opener,
    PolicyDoor: policyd_opener,
}
"""By the class of the door; each function takes a door of that class."""
