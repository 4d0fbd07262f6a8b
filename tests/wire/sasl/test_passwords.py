"""PLAIN and LOGIN up to the name and the password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.login import Challenge, Refused
from gatepost.wire.sasl.passwords import Credentials, PasswordExchange

ANN = Credentials("ann", b"secret")


@pytest.mark.parametrize(
    ("response", "step"),
    [
        (None, Challenge(b"")),
        (b"\0ann\0secret", ANN),
        (b"ann\0ann\0secret", ANN),
        (b"bob\0ann\0secret", Refused()),
        (b"", Refused()),
        (b"\0ann", Refused()),
        (b"\0ann\0secret\0", Refused()),
        (b"\0\0secret", Refused()),
        (b"\0ann\0", Refused(username="ann")),
        (b"\0an\nn\0secret", Refused()),
        (b"\0\xff\0secret", Refused()),
        (b"\0" + b"a" * 256 + b"\0secret", Refused()),
        (b"\0ann\0" + b"x" * 1025, Refused(username="ann")),
        ("\0j\u00f6rg\0secret".encode(), Credentials("j\u00f6rg", b"secret")),
    ],
)
def test_plain(response: bytes | None, step: object) -> None:
    assert PasswordExchange("PLAIN").begin(response) == step
    if response is not None:
        assert PasswordExchange("plain").answer(response) == step


def test_login_asks_for_name_and_password() -> None:
    exchange = PasswordExchange("LOGIN")
    assert exchange.begin(None) == Challenge(b"Username:")
    assert exchange.answer(b"ann") == Challenge(b"Password:")
    assert exchange.answer(b"secret") == ANN


def test_login_takes_the_name_at_once() -> None:
    exchange = PasswordExchange("LOGIN")
    assert exchange.begin(b"ann") == Challenge(b"Password:")
    assert exchange.answer(b"secret") == ANN
    assert PasswordExchange("LOGIN").begin(b"") == Challenge(b"Username:")
    assert PasswordExchange("LOGIN").answer(b"") == Refused()


def test_a_password_is_in_no_text() -> None:
    assert "secret" not in repr(ANN)


@given(st.sampled_from(["PLAIN", "LOGIN"]), st.lists(st.binary(max_size=2000), max_size=4))
def test_nothing_raises(mechanism: str, responses: list[bytes]) -> None:
    exchange = PasswordExchange(mechanism)
    step: object = exchange.begin(responses[0] if responses else None)
    for response in responses[1:]:
        if isinstance(step, Challenge):
            step = exchange.answer(response)
    assert isinstance(step, Challenge | Refused | Credentials)
