"""Every directory of tests/bad_configs has one mistake, or a few, and the lines that tell of them."""

from pathlib import Path

import pytest

from gatepost.config.loading import load_configuration
from gatepost.config.policy_settings import build_settings
from gatepost.model.errors import ConfigurationError

DIRECTORIES = sorted(path.parent for path in (Path(__file__).parent.parent / "bad_configs").glob("*/expected"))


@pytest.mark.parametrize("directory", DIRECTORIES, ids=lambda path: path.name)
def test_complaints(directory, monkeypatch):
    def no_resolver(*_arguments: object, **_options: object) -> None:
        raise OSError("not in a test")

    monkeypatch.setattr("socket.getaddrinfo", no_resolver)
    try:
        configuration = load_configuration(directory)
        build_settings(configuration)
        complaints = tuple(configuration.complaints)
    except ConfigurationError as error:
        complaints = error.complaints
    told = [str(complaint).replace(f"{directory}/", "") for complaint in complaints]
    assert told == (directory / "expected").read_text().splitlines()


def test_there_are_some():
    assert len(DIRECTORIES) > 35
