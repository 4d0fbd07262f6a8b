"""Tell a story on a stage: play the clients, and compare what is heard with what the story expects.

A driver (story_drivers/) sets the stage: a running gate, however made, its log, where its mail goes. The telling
knows streams and nothing of what is behind them, so a story means the same under every driver.

Raises: StoryFailsError, with file, line, what was expected and what was heard.
Limits: 10 s of patience for each thing that is expected (imagined seconds under the memory driver).
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from gatepost.testing.scripted_hop import ScriptedHop
from gatepost.testing.story import (
    ANYTHING,
    Closes,
    Delivers,
    Hears,
    HopHears,
    Logs,
    Passes,
    Says,
    Session,
    Step,
    Story,
    Vanishes,
)
from gatepost.world.net.maildir_name import directory_name

PATIENCE_S = 10.0
"""Longer than any server's answer on a busy machine; shorter than a tester's patience."""

LOOK_EVERY_S = 0.01
"""How often the log and the Maildirs are looked at while something is awaited there."""

LOG_DELAY_S = 0.2
"""After which the lines of a server that buffers its log for 50 ms are there."""

FAULT_MARKS = ("unexpected: ", "]: fatal: ", "worker pid ", "Traceback")

_LOG_HEAD = re.compile(r"\S+ +\S+ \S+ (?:\S+ )?\S+\[\d+\]: ")

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class StoryFailsError(AssertionError):
    """What happened is not what the story says."""

    def __init__(self, story: Story, line: int, expected: str, heard: str) -> None:
        super().__init__(f"{story.path}:{line}: {story.title}\n  expected: {expected}\n  heard:    {heard}")


@dataclass(frozen=True, slots=True)
class Stage:
    """A running gate. `log` gives all its lines so far; `maildirs` is where mail lands without a hop."""

    connect: Callable[[str], Awaitable[Streams]]
    log: Callable[[], list[str]]
    maildirs: Path
    hop: ScriptedHop | None


def matches(expected: str, heard: str) -> bool:
    """The text is the expected one, `…` standing for anything."""
    if ANYTHING not in expected:
        return expected == heard
    return re.fullmatch(".*".join(map(re.escape, expected.split(ANYTHING))), heard, re.DOTALL) is not None


def same_lines(expected: tuple[str, ...], heard: list[str]) -> bool:
    """The lines are the expected ones, a line `…` standing for any number of lines."""
    if not expected:
        return not heard
    if expected[0] == ANYTHING:
        return any(same_lines(expected[1:], heard[at:]) for at in range(len(heard) + 1))
    return bool(heard) and matches(expected[0], heard[0]) and same_lines(expected[1:], heard[1:])


async def tell(story: Story, stage: Stage) -> None:
    """Play all sessions of a story. Raises StoryFailsError."""
    telling = Telling(story, stage)
    try:
        for session in story.sessions:
            await telling.play(session)
        telling.find_untold_mail()
    except StoryFailsError as failure:
        await asyncio.sleep(LOG_DELAY_S)
        failure.args = ("\n  log:      ".join([str(failure), *_faults(stage)]),)
        raise
    for line in _faults(stage):
        raise StoryFailsError(story, 1, "no fault in the server", line)


def _faults(stage: Stage) -> list[str]:
    """What the server says of its own mistakes: exceptions in callbacks, workers that end."""
    return [line for line in stage.log() if any(mark in line for mark in FAULT_MARKS)]


@dataclass(slots=True)
class Telling:
    """The telling of one story: what of the log, the mail and the hop was told already."""

    story: Story
    stage: Stage
    told_lines: set[int] = field(default_factory=set)
    told_mail: set[object] = field(default_factory=set)
    hop_lines: int = 0

    async def play(self, session: Session) -> None:
        """Play one session."""
        reader, writer = await self.stage.connect(session.address)
        client = _Client(reader, writer)
        spoken_line = session.line
        try:
            for step in session.steps:
                await self._play_step(client, step)
                spoken_line = step.line if isinstance(step, Says | Hears) else spoken_line
            if not client.is_over and (untold := client.untold()):
                raise StoryFailsError(self.story, spoken_line, "no further reply", untold)
        finally:
            await client.leave()

    async def _play_step(self, client: "_Client", step: Step) -> None:
        if isinstance(step, Says):
            client.waiting.append(step.octets)
            return
        client.send()
        match step:
            case Hears():
                await self._hear(client, step)
            case Closes():
                heard = await client.line()
                if heard is not CLOSED:
                    self._fail(step, "the connection closed", heard)
                await client.leave()
            case Vanishes():
                await client.leave()
            case Passes():
                await asyncio.sleep(step.seconds)
            case Logs():
                await self._find_log_line(step)
            case Delivers():
                await self._find_mail(step)
            case HopHears():
                await self._find_hop_line(step)

    async def _hear(self, client: "_Client", step: Hears) -> None:
        heard = await client.line()
        if step.text != ANYTHING:
            if heard in (CLOSED, NOTHING) or not matches(step.text, heard):
                self._fail(step, f"S: {step.text}", heard if heard in (CLOSED, NOTHING) else f"S: {heard}")
            return
        while heard[3:4] == "-":
            heard = await client.line()
        if heard in (CLOSED, NOTHING):
            self._fail(step, "S: a reply", heard)

    async def _find_log_line(self, step: Logs) -> None:
        def find() -> bool:
            for number, line in enumerate(self.stage.log()):
                if number not in self.told_lines and matches(step.text, _LOG_HEAD.sub("", line, count=1)):
                    self.told_lines.add(number)
                    return True
            return False

        if not await _eventually(find):
            self._fail(step, f"log: {step.text}", "\n            ".join(["the log:", *self.stage.log()]))

    async def _find_mail(self, step: Delivers) -> None:
        fresh: list[tuple[object, list[str]]] = []
        wanted = step.recipient if self.stage.hop is not None else directory_name(step.recipient)

        def find() -> bool:
            fresh[:] = [(k, text) for k, to, text in self._mail() if to == wanted and k not in self.told_mail]
            return bool(fresh)

        if not await _eventually(find):
            others = ", ".join(sorted({to for _, to, _ in self._mail()})) or "nobody"
            self._fail(step, f"a message for {step.recipient}", f"messages for {others}")
        key, lines = fresh[0]
        self.told_mail.add(key)
        if step.content is not None and not same_lines(step.content, lines):
            gap = "\n      "
            self._fail(step, gap.join(["this message:", *step.content]), gap.join(["this message:", *lines]))

    async def _find_hop_line(self, step: HopHears) -> None:
        hop = self.stage.hop
        if hop is None:
            self._fail(step, "a next hop", "there is none: write `hop:`")
            return

        def find() -> bool:
            for number, line in enumerate(hop.lines[self.hop_lines :], self.hop_lines):
                if matches(step.text, line):
                    self.hop_lines = number + 1
                    return True
            return False

        if not await _eventually(find):
            rest = hop.lines[self.hop_lines :]
            self._fail(step, f"hop heard: {step.text}", "\n            ".join(rest) or "nothing more")

    def find_untold_mail(self) -> None:
        """Raise StoryFailsError for a message that the story does not tell of."""
        for key, recipient, lines in self._mail():
            if key not in self.told_mail:
                text = "\n      ".join([f"a message for {recipient}:", *lines])
                raise StoryFailsError(self.story, self.story.sessions[-1].line, "no untold message", text)

    def _mail(self) -> list[tuple[object, str, list[str]]]:
        """All messages that have arrived: a key, the recipient (or the name of its Maildir), the lines."""
        if self.stage.hop is not None:
            return [
                ((number, to), to, content.decode("utf-8", "replace").removesuffix("\r\n").split("\r\n"))
                for number, (recipients, content) in enumerate(self.stage.hop.accepted)
                for to in recipients
            ]
        files = sorted(self.stage.maildirs.glob("*/new/*"))
        return [(file, file.parts[-3], file.read_text(errors="replace").splitlines()) for file in files]

    def _fail(self, step: Step, expected: str, heard: str) -> None:
        raise StoryFailsError(self.story, step.line, expected, heard)


CLOSED = "the connection closed"
NOTHING = f"nothing for {PATIENCE_S:g} s"


class _Client:
    """One client: what it is about to send, and the lines it hears."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.waiting: list[bytes] = []
        self.is_over = False
        self._reader = reader
        self._writer = writer

    def send(self) -> None:
        """Send what waits in one packet."""
        if self.waiting:
            self._writer.write(b"".join(self.waiting))
            self.waiting.clear()

    async def line(self) -> str:
        """The next line of the server, or why there is none."""
        try:
            octets = await asyncio.wait_for(self._reader.readline(), PATIENCE_S)
        except TimeoutError:
            return NOTHING
        except ConnectionError:
            return CLOSED
        return octets.decode("utf-8", "replace").removesuffix("\r\n") if octets else CLOSED

    def untold(self) -> str:
        """What has come and was not told of, as far as it is here already."""
        buffered = bytes(self._reader._buffer)  # type: ignore[attr-defined]  # streams offer no look without waiting
        return buffered.decode("utf-8", "replace").strip() or (CLOSED if self._reader.at_eof() else "")

    async def leave(self) -> None:
        """Close the connection."""
        self.is_over = True
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


async def _eventually(holds: Callable[[], bool]) -> bool:
    """Wait until something holds, with patience."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_S
    while not holds():
        if loop.time() > end:
            return False
        await asyncio.sleep(LOOK_EVERY_S)
    return True
