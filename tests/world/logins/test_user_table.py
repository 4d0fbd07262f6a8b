"""The gate's own users, checked off the loop."""

import asyncio

import pytest

from gatepost.model.login import LoggedIn, NoVerdict, Refused
from gatepost.wire.sasl.passwords import Credentials
from gatepost.world.logins import user_table
from gatepost.world.logins.user_table import UserTable
from gatepost.world.logins.users_file import User
from tests.world.logins.test_hashes import ARGON2

USERS = {"ann": User("Ann", ARGON2), "eve": User("eve", ARGON2, is_enabled=False)}


async def ask(table: UserTable, name: str, password: bytes) -> object:
    answer = asyncio.get_running_loop().create_future()
    table.check(Credentials(name, password), answer.set_result)
    return await answer


@pytest.mark.parametrize(
    ("name", "password", "step"),
    [
        ("ann", b"secret", LoggedIn("Ann")),
        ("ANN", b"secret", LoggedIn("Ann")),
        ("ann", b"wrong", Refused("authentication failure", "ann")),
        ("eve", b"secret", Refused("authentication failure", "eve")),
        ("zed", b"secret", Refused("authentication failure", "zed")),
    ],
)
def test_who_may_log_in(name: str, password: bytes, step: object) -> None:
    assert asyncio.run(ask(UserTable(USERS), name, password)) == step


@pytest.mark.parametrize("name", ["ann", "eve", "zed"])
def test_everybody_costs_the_same_check(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    monkeypatch.setattr(user_table, "is_password", lambda _, text: checked.append(text))
    asyncio.run(ask(UserTable(USERS), name, b"secret"))
    assert checked == [ARGON2]


def test_nobody_is_there() -> None:
    assert asyncio.run(ask(UserTable({}), "ann", b"secret")) == Refused("authentication failure", "ann")


def test_too_many_at_once_are_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_table, "MOST_WAITING", 2)

    async def crowd() -> list[object]:
        table = UserTable(USERS)
        return await asyncio.gather(*(ask(table, "ann", b"secret") for _ in range(5)))

    steps = asyncio.run(crowd())
    assert steps.count(LoggedIn("Ann")) == 2
    assert sum(isinstance(step, NoVerdict) for step in steps) == 3


def test_whoever_leaves_is_not_called() -> None:
    async def leave() -> list[object]:
        heard: list[object] = []
        pending = UserTable(USERS).check(Credentials("ann", b"secret"), heard.append)
        await asyncio.sleep(0)
        pending.cancel()
        await asyncio.sleep(0.1)
        return heard

    assert asyncio.run(leave()) == []
