"""A configuration directory for one test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gatepost.config.configuration import Configuration
from gatepost.config.loading import load_configuration

Configure = Callable[..., Configuration]


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Write main.cf and master.cf, and load them."""

    def write_and_load(main: str = "", master: str = "2525 inet n - n - - smtpd\n") -> Configuration:
        (tmp_path / "main.cf").write_text(f"compatibility_level = 3.6\n{main}")
        (tmp_path / "master.cf").write_text(master)
        return load_configuration(tmp_path)

    return write_and_load
