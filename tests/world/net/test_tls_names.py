"""Protocols and ciphers by Postfix's names."""

import pytest

from gatepost.world.net.tls_names import cipher_list, read_protocols


@pytest.mark.parametrize(
    ("text", "protocols"),
    [
        (">=TLSv1.2", ("TLSv1.2", "TLSv1.3")),
        (">=TLSv1", ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")),
        (">=TLSv1, <=TLSv1.2", ("TLSv1", "TLSv1.1", "TLSv1.2")),
        ("!SSLv2, !SSLv3", ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")),
        ("!SSLv2:!SSLv3:!TLSv1:!TLSv1.1", ("TLSv1.2", "TLSv1.3")),
        ("!sslv2 !sslv3 !tlsv1.3", ("TLSv1", "TLSv1.1", "TLSv1.2")),
        ("TLSv1.3", ("TLSv1.3",)),
        ("TLSv1 TLSv1.2", ("TLSv1", "TLSv1.2")),
        (">=tlsv1.1, !TLSv1.2", ("TLSv1.1", "TLSv1.3")),
        ("", ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")),
    ],
)
def test_protocols(text: str, protocols: tuple[str, ...]) -> None:
    assert read_protocols(text) == protocols


@pytest.mark.parametrize(
    ("text", "told"), [("TLSv2", "unknown protocol 'TLSv2'"), ("SSLv3", "no protocol"), ("<=SSLv3", "no protocol")]
)
def test_protocols_that_are_none(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_protocols(text)


def test_ciphers() -> None:
    grades = {"high": "HIGH:@STRENGTH", "medium": "HIGH:MEDIUM", "low": "", "export": "", "null": "eNULL"}
    modern = ("TLSv1.2", "TLSv1.3")
    assert cipher_list("high", grades, (), modern) == "HIGH:@STRENGTH:!aNULL"
    assert cipher_list("Medium", grades, ("RC4", "3DES", "aNULL"), modern) == "HIGH:MEDIUM:!RC4:!3DES:!aNULL"
    assert cipher_list("medium", grades, (), ("TLSv1",)).endswith(":@SECLEVEL=0")
    with pytest.raises(ValueError, match="unknown cipher grade 'best'"):
        cipher_list("best", grades, (), modern)
