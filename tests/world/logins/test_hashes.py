"""Password hashes as other programs write them too."""

import pytest

from gatepost.world.logins.hashes import SCHEMES, BadHashError, check_form, is_password

ARGON2 = "$argon2id$v=19$m=8,t=1,p=1$2Ps/cY/F5Rm3FhhT9IpTAw$HFgGlhiklpiNk5C9gya4ZVsUYhG5lJjg0+NyWsRPkn0"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_new_hash_knows_its_password_alone(scheme: str) -> None:
    text = SCHEMES[scheme](b"pass\xc3\xb6rd")
    check_form(text)
    assert is_password(b"pass\xc3\xb6rd", text)
    assert not is_password(b"passord", text)
    assert text != SCHEMES[scheme](b"pass\xc3\xb6rd")


def test_hashes_of_other_costs() -> None:
    check_form(ARGON2)
    assert is_password(b"secret", ARGON2)
    # RFC 7914 section 12: N = 16, r = 1, p = 1, of nothing with an empty salt; with passlib's form the salt is a word
    known = "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG/xCSedmDDaxyevuUqD7m2DYMvfoswGQA"
    check_form(known)
    assert is_password(b"password", known)
    assert not is_password(b"passwort", known)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "$6$salt$hash",
        "$argon2id$v=19$m=8,t=1",
        "$argon2id$v=19$m=99999999,t=1,p=1$2Ps/cY/F5Rm3FhhT9IpTAw$HFgGlhiklpiNk5C9gya4ZVsUYhG5lJjg0+NyWsRPkn0",
        "$scrypt$ln=40,r=8,p=1$c2FsdA$aGFzaA",
        "$scrypt$ln=0,r=8,p=1$c2FsdA$aGFzaA",
        "$scrypt$ln=4,r=8,p=1$c2FsdA$",
    ],
)
def test_what_is_no_hash(text: str) -> None:
    with pytest.raises(BadHashError):
        check_form(text)
