"""Stories: what a mail administrator expects of a configuration, told as SMTP dialogues that can be run.

    python -m gatepost.testing.story [--driver loopback|memory|process|all] FILE.story …

runs stories and says, for one that fails, file and line, what was expected and what was heard instead. Exit status: 0
all hold, 1 one does not, 2 wrong usage or a story that cannot be read.

A story is plain UTF-8 text. Its first line is its title. Lines that begin with `#` are prose for the reader. Then
come the configuration, in any order, and the sessions:

    A client must say who it is

    # The guide's first rule. Own networks are no exception.

    use examples/guide

    client 127.0.0.2 good.sender.example
    S: 220 gate.example.com ESMTP Postfix
    C: MAIL FROM:<ann@sender.example>
    S: 503 5.5.1 Error: send HELO/EHLO first
    C: QUIT
    S: 221 2.0.0 Bye
    closes

The configuration. What is indented under a line belongs to it, down to the next line that is not.

    use DIRECTORY           a configuration directory: beside the story, or beside one of the directories above it.
                            It is only read. Without this line the story is about the plain site of PLAIN_SITE below:
                            gate.example.com takes mail for example.com, 127.0.0.1 is its own network
    main.cf:                lines of main.cf, on top of what was there
    smtpd_…_restrictions:   one restriction list
    file NAME:              a lookup table or list beside main.cf: `hash:$config_directory/NAME`
    dns FILE                zone text in a file, found as with `use`
    dns:                    zone text (see gatepost.testing.zone). What no zone says does not exist: a story never
                            asks the real DNS
    hop:                    the next hop, an SMTP server that answers well but where a line says otherwise:
                            `RCPT: 550 5.1.1 No such user`. Lines of one command are used one after the other over
                            all connections. Commands: CONNECT, EHLO, XFORWARD, MAIL, RCPT, DATA, END-OF-MESSAGE,
                            RSET, QUIT. Instead of a reply: `hangs up`, `silence`. `offers: SIZE 1000, PIPELINING`
                            lists the extensions
    hop lmtp:               the same, speaking LMTP
    hop down                a next hop where nothing listens
    not under DRIVER: why   this story cannot be told that way

Without a hop, accepted mail lands in Maildirs. transport_maps of a directory in use are set aside unless the story
sets them: a story never sends mail to a real server.

The sessions come one after another, each opened by

    client ADDRESS [NAME]   a client connects; NAME gives the address a verified name in the DNS. Over real sockets
                            clients are loopback addresses: 127.0.0.1, 127.0.0.2, 127.9.8.7 …

    C: text                 the client says a line. Lines without a reply between them leave in one packet
    C+ text                 the client sends just this: no line end is added; escapes: \\r \\n \\t \\0 \\\\ \\xHH, and
                            \\{300*x} for a repeated text
    S: text                 the server replies with this line, exactly
    S: …                    the rest of this reply, whatever it says
    closes                  the server closes the connection, and says nothing before
    vanishes                the client closes it, without a word
    later 6m                so much time passes: a number and s, m, h or d. It takes no time under the memory driver,
                            and all of it under the others
    log: text               a line of the server's log, what stands after `program[pid]: `
    delivered to ADDRESS    a message has been delivered; the indented text is the message, a line `…` in it any
                            number of lines. A message that is delivered and not told of fails the story
    hop heard: text         a command line that the next hop received, after those told before

In what is expected, `…` stands for any text: ids, dates, ports. A reply or a close that is not told of fails the
story.

Every story holds under each of three drivers: `memory` (the real session code on a network and a clock that are
imagined: no sockets, no waiting), `loopback` (real sockets in this process), `process` (the real `gatepost run`).
"""

import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

ANYTHING = "…"

PLAIN_SITE = """\
compatibility_level = 3.6
myhostname = gate.example.com
mydomain = example.com
mydestination =
local_recipient_maps =
relay_domains = example.com
mynetworks = 127.0.0.1/32
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
"""
"""The main.cf of a story without `use`."""

DRIVER_NAMES = ("memory", "loopback", "process")

HOP_COMMANDS = frozenset(
    ["CONNECT", "EHLO", "HELO", "LHLO", "XFORWARD", "MAIL", "RCPT", "DATA", "END-OF-MESSAGE", "RSET", "QUIT"]
)


class StoryError(ValueError):
    """A story that cannot be read: file, line, and why."""

    def __init__(self, path: str, line: int, text: str) -> None:
        super().__init__(f"{path}:{line}: {text}")


@dataclass(frozen=True, slots=True)
class Says:
    """The client sends octets."""

    line: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Hears:
    """The server replies with one line; ANYTHING alone is the rest of a reply."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Closes:
    """The server closes the connection."""

    line: int


@dataclass(frozen=True, slots=True)
class Vanishes:
    """The client closes the connection."""

    line: int


@dataclass(frozen=True, slots=True)
class Logs:
    """The server's log has this line."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Delivers:
    """A message has arrived for `recipient`; `content` is None where the story does not tell it."""

    line: int
    recipient: str
    content: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class HopHears:
    """The next hop has received a command line."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Passes:
    """Time passes."""

    line: int
    seconds: int


Step = Says | Hears | Closes | Vanishes | Passes | Logs | Delivers | HopHears


@dataclass(frozen=True, slots=True)
class Session:
    """One connection: where the client comes from, its verified name ("" without one), what happens."""

    line: int
    address: str
    name: str
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Hop:
    """The next hop: its protocol ("smtp" or "lmtp"), its replies by command, its extensions (None: the usual)."""

    protocol: str = "smtp"
    is_down: bool = False
    script: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extensions: tuple[str, ...] | None = None


@dataclass(slots=True)
class Story:
    """One story as written. `excluded` names drivers that cannot tell it, each with the reason."""

    path: str
    title: str
    directory: str = ""
    zone_files: list[str] = field(default_factory=list)
    zone_text: str = ""
    main_cf: str = ""
    files: dict[str, str] = field(default_factory=dict)
    hop: Hop | None = None
    excluded: dict[str, str] = field(default_factory=dict)
    sessions: list[Session] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Item:
    """A line and what is indented under it."""

    line: int
    text: str
    block: list[str]

    @property
    def content(self) -> str:
        """The indented text without its indentation and the empty lines around it."""
        text = textwrap.dedent("\n".join(self.block)).strip("\n")
        return f"{text}\n" if text else ""


def parse_story(text: str, path: str) -> Story:
    """Read a story. Raises StoryError."""
    items = _items(text, path)
    if not items:
        raise StoryError(path, 1, "an empty story: its first line is its title")
    story = Story(path, items[0].text)
    if items[0].block:
        raise StoryError(path, items[0].line, "nothing is indented under the title")
    for item in items[1:]:
        _read_item(story, item)
    if not any(session.steps for session in story.sessions):
        raise StoryError(path, items[-1].line, "a story without a session: open one with `client ADDRESS`")
    for session in story.sessions:
        spoken = [step for step in session.steps if isinstance(step, Says | Hears | Closes | Vanishes)]
        if spoken and isinstance(spoken[-1], Says):
            raise StoryError(path, spoken[-1].line, "and then? tell the reply, or `closes`, or `vanishes`")
    return story


def _items(text: str, path: str) -> list[_Item]:
    items: list[_Item] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("#"):
            continue
        if line[:1] in (" ", "\t") and line.strip():
            if not items:
                raise StoryError(path, number, "an indented line that belongs to nothing")
            items[-1].block.append(line)
        elif line.strip():
            items.append(_Item(number, line.rstrip("\r"), []))
        elif items and items[-1].block:
            items[-1].block.append("")
    return items


def _read_item(story: Story, item: _Item) -> None:
    for pattern, read, has_block in _FORMS:
        match = pattern.fullmatch(item.text)
        if match is None:
            continue
        if item.content and not has_block:
            raise StoryError(story.path, item.line + 1, f"nothing is indented under `{item.text}`")
        try:
            read(story, item, match)
        except ValueError as error:
            raise StoryError(story.path, item.line, str(error)) from None
        return
    raise StoryError(story.path, item.line, f"no line of a story looks like this: {item.text!r}")


def _use(story: Story, _: _Item, match: re.Match[str]) -> None:
    story.directory = match[1]


def _zone_file(story: Story, _: _Item, match: re.Match[str]) -> None:
    story.zone_files.append(match[1])


def _zone(story: Story, item: _Item, _: re.Match[str]) -> None:
    story.zone_text += item.content


def _main_cf(story: Story, item: _Item, _: re.Match[str]) -> None:
    story.main_cf += item.content


def _restrictions(story: Story, item: _Item, match: re.Match[str]) -> None:
    story.main_cf += f"{match[1]} =\n{textwrap.indent(item.content, '    ')}"


def _file(story: Story, item: _Item, match: re.Match[str]) -> None:
    if match[1] in (".", "..", "main.cf", "master.cf"):
        raise ValueError(f"{match[1]} cannot be given as a file")
    story.files[match[1]] = item.content


def _hop(story: Story, item: _Item, match: re.Match[str]) -> None:
    script: dict[str, tuple[str, ...]] = {}
    extensions = None
    for line in item.content.splitlines():
        if line.startswith("#"):
            continue
        command, colon, reply = line.partition(": ")
        if command == "offers":
            extensions = tuple(word.strip() for word in reply.split(","))
        elif colon and command in HOP_COMMANDS:
            script[command] = (*script.get(command, ()), reply)
        else:
            raise ValueError(f"a hop has lines `COMMAND: reply`, not {line!r}")
    protocol = "lmtp" if match[1] else "smtp"
    story.hop = Hop(protocol, script=script, extensions=extensions)


def _hop_down(story: Story, _: _Item, __: re.Match[str]) -> None:
    story.hop = Hop(is_down=True)


def _exclude(story: Story, _: _Item, match: re.Match[str]) -> None:
    if match[1] not in DRIVER_NAMES:
        raise ValueError(f"no driver {match[1]}: {', '.join(DRIVER_NAMES)}")
    story.excluded[match[1]] = match[2]


def _client(story: Story, item: _Item, match: re.Match[str]) -> None:
    story.sessions.append(Session(item.line, match[1], match[2] or ""))


def _step(make: Callable[[_Item, re.Match[str]], Step]) -> Callable[[Story, _Item, re.Match[str]], None]:
    def read(story: Story, item: _Item, match: re.Match[str]) -> None:
        if not story.sessions:
            raise ValueError("nobody is there yet: open a session with `client ADDRESS`")
        story.sessions[-1].steps.append(make(item, match))

    return read


def _delivers(item: _Item, match: re.Match[str]) -> Step:
    content = tuple(item.content.splitlines()) if item.content else None
    return Delivers(item.line, match[1], content)


_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|([rnt0\\])|\{(\d{1,7})\*([^}]+)\})")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PLAIN_ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}


def _unescape(text: str) -> bytes:
    """The octets that a `C+` line stands for. Raises ValueError for a backslash that begins no escape."""
    out = bytearray()
    at = 0
    while (found := text.find("\\", at)) >= 0:
        match = _ESCAPE.match(text, found)
        if match is None:
            raise ValueError(f"no such escape: {text[found : found + 4]!r}")
        out += text[at:found].encode()
        octet, letter, count, repeated = match.groups()
        if octet:
            out.append(int(octet, 16))
        else:
            out += _PLAIN_ESCAPES[letter].encode() if letter else repeated.encode() * int(count)
        at = match.end()
    return bytes(out + text[at:].encode())


_Reader = Callable[[Story, _Item, re.Match[str]], None]

_FORMS: tuple[tuple[re.Pattern[str], _Reader, bool], ...] = (
    (re.compile(r"use (\S+)"), _use, False),
    (re.compile(r"dns (\S+)"), _zone_file, False),
    (re.compile(r"dns:"), _zone, True),
    (re.compile(r"main\.cf:"), _main_cf, True),
    (re.compile(r"(smtpd_\w+_restrictions):"), _restrictions, True),
    (re.compile(r"file ([\w.-]+):"), _file, True),
    (re.compile(r"hop( lmtp)?:"), _hop, True),
    (re.compile(r"hop down"), _hop_down, False),
    (re.compile(r"not under (\w+): (.+)"), _exclude, False),
    (re.compile(r"client ([0-9A-Fa-f.:]+)(?: (\S+))?"), _client, False),
    (re.compile(r"C:(?: (.*))?"), _step(lambda i, m: Says(i.line, (m[1] or "").encode() + b"\r\n")), False),
    (re.compile(r"C\+ (.*)"), _step(lambda i, m: Says(i.line, _unescape(m[1]))), False),
    (re.compile(r"S: (.*)"), _step(lambda i, m: Hears(i.line, m[1])), False),
    (re.compile(r"closes"), _step(lambda i, _: Closes(i.line)), False),
    (re.compile(r"vanishes"), _step(lambda i, _: Vanishes(i.line)), False),
    (re.compile(r"later (\d{1,5})([smhd])"), _step(lambda i, m: Passes(i.line, int(m[1]) * _UNITS[m[2]])), False),
    (re.compile(r"log: (.*)"), _step(lambda i, m: Logs(i.line, m[1])), False),
    (re.compile(r"delivered to (\S+)"), _step(_delivers), True),
    (re.compile(r"hop heard: (.*)"), _step(lambda i, m: HopHears(i.line, m[1])), False),
)

if __name__ == "__main__":
    from gatepost.testing.story_running import main

    sys.exit(main())
