"""A greylist store opened by its name, the value of greylist_store.

Raises: BadStoreNameError, for a name that names none or whose driver is not installed; its text says what to write.
"""

from pathlib import Path

from gatepost.world.greylists.memory import MemoryGreylist
from gatepost.world.greylists.sqlite import SqliteGreylist
from gatepost.world.greylists.store import GreylistStore

REDIS_SCHEMES = frozenset({"redis", "rediss", "unix", "redis+cluster", "rediss+cluster"})


class BadStoreNameError(ValueError):
    """No store has this name: why, and what to do instead."""

    def __init__(self, text: str, cure: str) -> None:
        super().__init__(text)
        self.cure = cure


def open_greylist(name: str, timeout_s: float = 5.0) -> GreylistStore:
    """Open a store; nothing is connected yet. `timeout_s` bounds each exchange with a server."""
    scheme, colon, rest = name.partition(":")
    if name == "memory:":
        return MemoryGreylist()
    if scheme == "sqlite" and Path(rest).is_absolute():
        return SqliteGreylist(Path(rest), timeout_s)
    if scheme in REDIS_SCHEMES and rest.startswith("//"):
        try:
            from gatepost.world.greylists.redis import RedisGreylist
        except ImportError:
            raise BadStoreNameError(f"{scheme}: not installed", "pip install gatepost[redis]") from None
        try:
            return RedisGreylist(name, timeout_s)
        except ValueError:  # whose text may quote a piece of the password
            cure = "write redis://host:6379/0, and %23, %2F, %3A, %40 for # / : @ in a password"
            raise BadStoreNameError(f"{scheme}: the address cannot be read", cure) from None
    known = "sqlite:/file, redis://host:port/number or memory:"
    raise BadStoreNameError(f"no greylist store has the type {scheme + colon!r}", f"write {known}")
