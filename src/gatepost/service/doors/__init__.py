"""The kinds of doors, each in the file named after the command of its rows in master.cf; door.py says what one is."""

from collections.abc import Callable, Mapping

from gatepost.config.configuration import Configuration
from gatepost.config.master_cf import MasterRow
from gatepost.service.doors.door import Door, Findings
from gatepost.service.doors.policyd import load_policyd
from gatepost.service.doors.qmqpd import load_qmqpd
from gatepost.service.doors.smtpd import load_smtpd

LOADERS: Mapping[str, Callable[[Configuration, MasterRow, Findings], Door]] = {
    "smtpd": load_smtpd,
    "qmqpd": load_qmqpd,
    "policyd": load_policyd,
}
"""What loads a row, by its command. How its sessions are opened: service/openers."""
