"""What scripted servers share: a socket on loopback for the time of a `with`, and one conversation per connection."""

import asyncio
from types import TracebackType
from typing import Self


class ScriptedServer:
    """A server on 127.0.0.1 at a free port (or at `port`), or on a Unix socket; each kind says how it converses."""

    def __init__(self, *, path: str = "", port: int = 0) -> None:
        self._path = path
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = port

    async def __aenter__(self) -> Self:
        if self._path:
            self._server = await asyncio.start_unix_server(self._serve, self._path)
        else:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self.drop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        """Listen no more; connections that stand go on."""
        if self._server is not None:
            self._server.close()

    def drop(self) -> None:
        """Drop every connection."""
        for task in self._tasks:
            task.cancel()

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk over one connection, to its end."""
        raise NotImplementedError

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await self.converse(reader, writer)
        except (asyncio.CancelledError, asyncio.IncompleteReadError, OSError):
            pass  # the other side has gone, or the test has
        finally:
            writer.close()
