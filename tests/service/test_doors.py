"""Each command that master.cf rows are served for has what loads its door and what opens its sessions."""

from gatepost.config.master_cf import SERVED_COMMANDS
from gatepost.service.doors import LOADERS
from gatepost.service.openers import OPENERS


def test_every_served_command_can_be_loaded_and_opened():
    assert tuple(LOADERS) == SERVED_COMMANDS
    assert len(OPENERS) == len(LOADERS)
