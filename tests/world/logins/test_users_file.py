"""The file of users."""

from pathlib import Path

import pytest

from gatepost.world.logins.users_file import (
    User,
    UsersFileError,
    find_user,
    is_open_to_others,
    read_users,
    write_users,
)
from tests.world.logins.test_hashes import ARGON2


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "users"
    users = {"ann": User("Ann", ARGON2), "bob@x.example": User("bob@x.example", ARGON2, is_enabled=False)}
    write_users(path, users)
    assert read_users(path) == users
    assert path.stat().st_mode & 0o777 == 0o640
    assert not is_open_to_others(path)
    path.chmod(0o644)
    assert is_open_to_others(path)
    write_users(path, users)
    assert not is_open_to_others(path)
    assert [each.name for each in tmp_path.iterdir()] == ["users"]


def test_names_are_found_without_case_and_in_the_realm(tmp_path: Path) -> None:
    users = {"ann@x.example": User("ann@x.example", ARGON2)}
    assert find_user(users, "ANN@X.example", "") is not None
    assert find_user(users, "ann", "x.example") is not None
    assert find_user(users, "ann", "") is None
    assert find_user(users, "ann@y.example", "x.example") is None


def test_every_line_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_text(f"# users\n\nann:{ARGON2}\nAnn:{ARGON2}\nbob\neve:plain\nx y:{ARGON2}\n")
    with pytest.raises(UsersFileError) as error:
        read_users(path)
    assert [line for line, _ in error.value.faults] == [4, 5, 6, 7]
    assert "plain" not in str(error.value)
