"""SECURITY.md: every principle names what holds it, and that exists."""

import re

import pytest

from tests.conftest import ROOT

TEXT = (ROOT / "SECURITY.md").read_text()
PRINCIPLES = re.findall(r"^\d+\. (.+?)(?=^\d+\. |^## )", TEXT, re.MULTILINE | re.DOTALL)


def test_they_are_numbered():
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", TEXT, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(PRINCIPLES) == len(numbers) > 10


@pytest.mark.parametrize("principle", PRINCIPLES)
def test_a_principle_names_what_holds_it(principle):
    found = re.search(r"\*(?!\*)([^*]+)\*\s*\Z", principle)
    assert found, principle
    words = re.findall(r"(?:tests/|requirements)[\w/.]*\w", found[1])
    assert words, principle
    for word in words:
        assert (ROOT / word).exists(), word
