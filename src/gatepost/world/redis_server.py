"""A Redis server or cluster by its name: the one file that imports its driver.

    redis://[user:password@]host[:port][/number]     one server, or the address that fails over to another
    rediss://…                                       the same over TLS
    unix:///path/to/socket[?db=number]               on this machine
    redis+cluster://host[:port], rediss+cluster://…  a cluster, by any of its nodes

Nothing is connected before something is asked. Scripts are sent by their hash once the server knows them.

Raises: ValueError for a name that cannot be read; ImportError where the driver is not installed.
"""

from collections.abc import Sequence
from typing import Any, cast

import redis.asyncio as redis
from redis.asyncio.cluster import RedisCluster
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisClusterException, RedisError

SCHEMES = frozenset({"redis", "rediss", "unix", "redis+cluster", "rediss+cluster"})

AWAY = (RedisError, RedisClusterException, OSError)
"""What asking may raise when the server is away, too slow, or refuses."""

Server = redis.Redis


def is_cluster(url: str) -> bool:
    """The name is that of a cluster."""
    return url.partition("://")[0].endswith("+cluster")


def shown(url: str) -> str:
    """The name without what is secret in it."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"


def open_server(url: str, timeout_s: float) -> Server:
    """Make ready to ask; `timeout_s` bounds each exchange."""
    scheme, _, rest = url.partition("://")
    options: dict[str, Any] = {
        "decode_responses": True,
        "encoding_errors": "replace",
        "socket_timeout": timeout_s,
        "socket_connect_timeout": timeout_s,
        "driver_info": None,  # to tell its version the driver would read files that mail_owner may be unable to
    }
    server = f"{scheme.removesuffix('+cluster')}://{rest}"
    if is_cluster(url):
        return cast("redis.Redis", RedisCluster.from_url(server, **options))
    return redis.Redis.from_url(server, retry=Retry(NoBackoff(), 1), **options)


class Script:
    """A Lua script and the hash that a server knows it by."""

    __slots__ = ("_sha", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._sha = ""

    async def run(self, server: Server, keys: Sequence[str], words: Sequence[str]) -> Any:  # noqa: ANN401 - Redis's
        """Run it on one server."""
        try:
            if not self._sha:
                self._sha = await server.script_load(self._text)
            return await server.evalsha(self._sha, len(keys), *keys, *words)
        except NoScriptError:
            return await server.eval(self._text, len(keys), *keys, *words)
