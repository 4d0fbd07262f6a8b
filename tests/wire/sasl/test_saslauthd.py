"""saslauthd's protocol. A real saslauthd is in tests/system/test_logins.py."""

import pytest

from gatepost.wire.sasl.saslauthd import encode_question, read_answer


def test_question() -> None:
    assert encode_question("ann", b"pw", "smtp", "r") == b"\0\3ann\0\2pw\0\4smtp\0\1r"
    assert encode_question("ann@x.example", b"pw", "smtp", "r") == b"\0\3ann\0\2pw\0\4smtp\0\x09x.example"


@pytest.mark.parametrize(
    ("octets", "answer"),
    [(b"\0\2OK", True), (b"\0\5NO no", False), (b"", None), (b"\0\2O", None), (b"\0", None)],
)
def test_answer(octets: bytes, answer: bool | None) -> None:
    assert read_answer(octets) is answer


@pytest.mark.parametrize("octets", [b"\0\2hm", b"\xff\xffOK", b"\0\0"])
def test_no_answer(octets: bytes) -> None:
    with pytest.raises(ValueError, match="an answer that is"):
        read_answer(octets)
