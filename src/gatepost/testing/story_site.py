"""The configuration directory of a story, written where a driver wants it, and its DNS world as zone text.

The files of a directory in use are linked, not copied; the story's own stand beside or instead of them. master.cf
has one row, on a loopback port: the first smtpd row of the directory in use (with its `-o` overrides) or a plain one.
What the story sets in main.cf, and what the driver needs (name servers, next hop, Maildirs), lies on top, as by `-o`.
"""

import getpass
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from gatepost.config.logical_lines import read_text
from gatepost.config.main_cf import parse_main_cf
from gatepost.config.master_cf import parse_master_cf
from gatepost.testing.story import PLAIN_SITE, Story, StoryError

PLAIN_ROW = "smtpd"


@dataclass(frozen=True, slots=True)
class Site:
    """A configuration directory, what lies on top of it, and where its Maildirs are."""

    directory: Path
    overrides: dict[str, str]
    maildirs: Path
    port: int


def build_site(story: Story, where: Path, *, port: int, nameservers: str, hop: str) -> Site:
    """Write the configuration of a story below `where`. `hop` is "" for Maildirs, else as smtpd_proxy_filter.

    Raises: StoryError, ConfigurationError.
    """
    directory, maildirs = where / "config", where / "maildirs"
    directory.mkdir()
    entries, _ = parse_main_cf(story.main_cf, f"{story.path} (main.cf)")
    overrides = {name: entry.value for name, entry in entries.items()}
    row = PLAIN_ROW
    if story.directory:
        used = find(story, story.directory)
        overrides = {"transport_maps": ""} | overrides
        row = _row_of(used / "master.cf")
        for file in used.iterdir():
            if file.name != "master.cf" and file.name not in story.files:
                (directory / file.name).symlink_to(file)
    else:
        (directory / "main.cf").write_text(PLAIN_SITE)
    for name, text in story.files.items():
        (directory / name).write_text(text)
    (directory / "master.cf").write_text(f"127.0.0.1:{port} inet n - n - - {row}\n")
    stage = {
        "dns_nameservers": nameservers,
        "smtpd_proxy_filter": hop,
        "maildir_directory": "" if hop else str(maildirs),
        "data_directory": str(where / "data"),
        "mail_owner": getpass.getuser(),
        "worker_processes": "1",
        "maillog_file": "",
    }
    return Site(directory, overrides | stage, maildirs, port)


def zone_text(story: Story) -> str:
    """The DNS world of a story: its zone files, its zone text, and the names that its clients are said to have."""
    parts = [find(story, name).read_text() for name in story.zone_files]
    parts.append(story.zone_text)
    named = dict.fromkeys((session.address, session.name) for session in story.sessions if session.name)
    for address, name in named:
        kind = "AAAA" if ":" in address else "A"
        pointer = ipaddress.ip_address(address).reverse_pointer
        parts.append(f"{pointer} 300 PTR {name}\n{name} 300 {kind} {address}\n")
    return "\n".join(parts)


def find(story: Story, name: str) -> Path:
    """A file or directory that a story names: beside it, or beside one of the directories above it."""
    for folder in Path(story.path).absolute().parents:
        if (folder / name).exists():
            return folder / name
    raise StoryError(story.path, 1, f"{name} is not beside this story, nor beside a directory above it")


def _row_of(master_cf: Path) -> str:
    """The command of the first smtpd row, with its overrides."""
    rows = parse_master_cf(read_text(master_cf), str(master_cf))[0] if master_cf.exists() else ()
    row = next((row for row in rows if row.command == "smtpd"), None)
    if row is None:
        return PLAIN_ROW
    options = [f"-o {{ {entry.name} = {entry.value} }}" for entry in row.overrides]
    return " ".join([row.command, *options])
