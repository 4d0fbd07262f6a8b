"""The Maildir: what lies in it, when it is visible, and what trouble leaves behind."""

import asyncio
import errno
import os
import re
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepost.model.envelope import Recipient
from gatepost.world.net import maildir_message
from gatepost.world.net.destination import Destination
from gatepost.world.net.maildir import SPOOL_OCTETS, MaildirDestination, MaildirStore
from gatepost.world.net.maildir_name import NAME_LIMIT_OCTETS, directory_name, unique_name
from gatepost.world.watching.outages import forget_outages
from tests.world.net.deliver import begin, deliver, finish, mail, offer, run, until, write

MESSAGE = b"Subject: x\r\n\r\n.dot\r\n\r\nend\r\n"
STORED = b"Subject: x\n\n.dot\n\nend\n"


class Site:
    """A store below tmp_path, and what can be seen of it."""

    def __init__(self, root):
        self.root = root
        self.store = MaildirStore(str(root), "gate.example")
        self.log = []

    def session(self) -> MaildirDestination:
        destination: Destination = MaildirDestination(self.store, lambda severity, text: self.log.append(text))
        assert isinstance(destination, MaildirDestination)
        return destination

    def files(self, kind="new"):
        return sorted(self.root.glob(f"*/{kind}/*"))

    def stored(self):
        return {path.parent.parent.name: path.read_bytes() for path in self.files()}


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path / "mail")
    yield made
    made.store.close()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_one_message(site, loop):
    reply = run(deliver(site.session(), MESSAGE, recipients=("Bob@Example.com",), of=mail(ident="AB12")), loop)
    assert str(reply) == "250 2.0.0 Ok: queued as AB12"
    head = b"Return-Path: <from@example.org>\nDelivered-To: Bob@Example.com\n"
    assert site.stored() == {"bob@example.com": head + STORED}
    (path,) = site.files()
    assert re.fullmatch(r"\d+\.M\d+P\d+Q\d+R[0-9a-f]{8}\.gate\.example", path.name)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.parent.stat().st_mode & 0o777 == 0o700
    assert site.files("tmp") == []
    assert (path.parent.parent / "cur").is_dir()


def test_each_recipient_has_a_copy_that_names_nobody_else(site):
    names = ("a@example.com", "b@example.com", "A@EXAMPLE.COM", "c@example.com")
    big = b"x" * 70 + b"\r\n"
    reply = run(deliver(site.session(), *[big * 1000] * 10, recipients=names, of=mail(sender="")))
    assert reply.code == 250
    body = big.replace(b"\r\n", b"\n") * 10000
    assert site.stored() == {
        f"{name}@example.com": b"Return-Path: <>\nDelivered-To: " + name.encode() + b"@example.com\n" + body
        for name in "abc"
    }
    assert site.files("tmp") == []


def test_everything_is_on_disk_before_anything_is_visible(site, monkeypatch):
    steps = []
    real_fsync, real_rename = os.fsync, Path.rename

    def fsync(descriptor):
        steps.append(("fsync", Path(f"/proc/self/fd/{descriptor}").readlink()))
        real_fsync(descriptor)

    def rename(self, target):
        steps.append(("rename", target))
        return real_rename(self, target)

    monkeypatch.setattr(maildir_message.os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)
    run(deliver(site.session(), MESSAGE, recipients=("a@x", "b@x")))
    kinds = [
        (what, path.parent.name if what == "rename" or path.parent.name == "tmp" else path.name)
        for what, path in steps
    ]
    made = [
        ("fsync", "a@x"),
        ("fsync", "mail"),
        ("fsync", "tmp"),
        ("fsync", "b@x"),
        ("fsync", "mail"),
        ("fsync", "tmp"),
    ]
    assert kinds == [*made, ("rename", "new"), ("rename", "new"), ("fsync", "new"), ("fsync", "new")]


@pytest.mark.parametrize("chunks", [1, 3, 40])
def test_large_messages_are_spooled_with_bounded_memory(site, chunks):
    async def story():
        session = site.session()
        await offer(session, "a@x")
        await begin(session)
        chunk = b"." + b"y" * 65533 + b"\r\n"
        for _ in range(chunks):
            await write(session, chunk)
            assert session._waiting_octets < SPOOL_OCTETS + len(chunk)
        return (await finish(session)).code, chunk

    code, chunk = run(story())
    assert code == 250
    (path,) = site.files()
    assert path.read_bytes().endswith(b"\n" + chunk.replace(b"\r\n", b"\n") * chunks)


def test_a_crlf_over_two_chunks(site):
    run(deliver(site.session(), b"a\r", b"\nb\r", b"c\r"))
    assert next(iter(site.stored().values())).endswith(b"\na\nb\rc\r")


def test_one_session_many_messages_at_many_sessions(site):
    async def client(n):
        session = site.session()
        for m in range(10):
            assert (await deliver(session, b"%d %d\r\n" % (n, m), recipients=("a@x", "b@x"))).code == 250

    async def story():
        await asyncio.gather(*(client(n) for n in range(10)))

    run(story())
    bodies = sorted(path.read_bytes().splitlines()[-1] for path in site.files())
    assert bodies == sorted([b"%d %d" % (n, m) for n in range(10) for m in range(10)] * 2)


@pytest.mark.parametrize(
    ("failing", "nth", "number", "code", "enhanced"),
    [
        ("open", 1, errno.EACCES, 451, "4.3.0"),
        ("open", 2, errno.EACCES, 451, "4.3.0"),
        ("write", 1, errno.ENOSPC, 452, "4.3.1"),
        ("write", 4, errno.EDQUOT, 452, "4.3.1"),
        ("fsync", 3, errno.EIO, 451, "4.3.0"),
        ("fsync", 6, errno.ENOSPC, 452, "4.3.1"),
        ("rename", 1, errno.EACCES, 451, "4.3.0"),
        ("rename", 2, errno.EACCES, 451, "4.3.0"),
        ("fsync", 8, errno.EIO, 451, "4.3.0"),  # the last: both copies are in new/ already
    ],
)
@pytest.mark.parametrize("size", [1, 10], ids=["small", "spooled"])
def test_trouble_leaves_nothing_behind(site, monkeypatch, failing, nth, number, code, enhanced, size):
    forget_outages()
    calls = []
    owner = Path if failing == "rename" else maildir_message.os
    real = getattr(owner, failing)

    def fail(*arguments, **options):
        calls.append(arguments)
        if len(calls) >= nth:
            raise OSError(number, os.strerror(number))
        return real(*arguments, **options)

    async def story():
        with monkeypatch.context() as patch:
            patch.setattr(owner, failing, fail)
            session = site.session()
            chunks = [MESSAGE] if size == 1 else [b"x" * 99998 + b"\r\n"] * size
            reply = await deliver(session, *chunks, recipients=("a@x", "b@x"))
        assert (reply.code, reply.enhanced) == (code, enhanced)
        assert (site.files(), site.files("tmp")) == ([], [])
        begins = "maildir_directory " if code == 452 else "ID1: "
        assert [os.strerror(number) in line and line.startswith(begins) for line in site.log] == [True]
        assert (await deliver(session, MESSAGE, recipients=("a@x", "b@x"))).code == 250
        assert ["has room again after 0 s" in line for line in site.log[1:]] == [True] * (code == 452)

    run(story())
    assert len(site.files()) == 2


def test_a_file_in_the_way(site):
    site.root.mkdir()
    (site.root / "a@x").write_text("not a directory")
    assert run(deliver(site.session(), MESSAGE, recipients=("a@x",))).code == 451


@pytest.mark.parametrize("moment", ["recipients", "small", "spooled", "committing"])
def test_abandoned(site, moment, monkeypatch):
    gone = threading.Event()
    if moment == "committing":
        real_fsync = os.fsync
        monkeypatch.setattr(maildir_message.os, "fsync", lambda descriptor: (gone.wait(), real_fsync(descriptor)))

    async def story():
        session = site.session()
        calls = []
        await offer(session, "a@x")
        if moment != "recipients":
            await begin(session)
            await write(session, *[MESSAGE] if moment != "spooled" else [b"x" * 99998 + b"\r\n"] * 10)
        if moment == "committing":
            session.finish(calls.append)
        session.abandon()
        gone.set()
        assert (await deliver(session, MESSAGE, recipients=("b@x",))).code == 250
        await until(lambda: site.files("tmp") == [])
        assert calls == []

    run(story())
    site.store.close()
    assert list(site.stored()) == ["b@x"]
    assert site.log == []


def test_abandoned_before_the_answer_is_told(site):
    async def story():
        session = site.session()
        calls = []
        session.offer_recipient(mail(), Recipient("a@x"), calls.append)
        session.reset()
        await asyncio.sleep(0.01)
        assert calls == []
        assert (await begin(session)).code == 554

    run(story())


@pytest.mark.parametrize(
    ("sender", "recipient", "code"),
    [("a\nX-Evil: 1@x", "a@x", 501), ("a@x", "a\nX-Evil: 1@x", 501), ("a@x", "a\0@x", 501), ("a b@x", "a b@x", 250)],
)
def test_what_would_spoil_the_header_is_refused(site, sender, recipient, code):
    assert run(deliver(site.session(), MESSAGE, recipients=(recipient,), of=mail(sender))).code == code
    for octets in site.stored().values():
        assert octets.startswith(b'Return-Path: <"a b"@x>\nDelivered-To: a b@x\nSubject')


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("Bob@Example.com", "bob@example.com"),
        ("a+b=c_d-e@x", "a+b=c_d-e@x"),
        ("../../etc/passwd@x", "%2e.%2f..%2fetc%2fpasswd@x"),
        (".", "%2e"),
        ("..", "%2e."),
        ("", "%"),
        ("%2e", "%252e"),
        ("ü@x", "%c3%bc@x"),
        ("\u212a@x", "%e2%84%aa@x"),  # the Kelvin sign is not k
        ("a\0b/c~@x", "a%00b%2fc%7e@x"),
    ],
)
def test_names_of_maildirs(address, name):
    assert directory_name(address) == name


@given(st.text(max_size=400))
def test_no_address_leaves_the_directory(address):
    name = directory_name(address)
    assert re.fullmatch(r"[a-z0-9@_+=%-][a-z0-9@._+=%-]*(~[0-9a-f]{64})?", name)
    assert len(name) <= NAME_LIMIT_OCTETS
    assert Path("/root/of", name).parent == Path("/root/of")


@given(st.text(alphabet="aA.%/~2e\u212ak", max_size=8), st.text(alphabet="aA.%/~2e\u212ak", max_size=8))
def test_no_two_addresses_share_a_maildir(one, other):
    def folded(address):
        return address.encode().lower()

    assert (directory_name(one) == directory_name(other)) is (folded(one) == folded(other))


def test_long_addresses_differ_in_their_hash():
    one, other = directory_name("a" * 300 + "@x"), directory_name("a" * 301 + "@x")
    assert one != other
    assert max(len(one), len(other)) == 165


def test_unique_names():
    names = {unique_name("a/b:c") for _ in range(1000)}
    assert len(names) == 1000
    assert all(name.endswith(r".a\057b\072c") for name in names)
