"""Message text on its way through: where it ends, what leaves, what is refused; in one piece and in every split."""

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.wire.smtp.message import FROM_KEPT, Fault, MessageText

END = b"\r\n.\r\n"


def received(
    octets: bytes, mode: str = "normalize", *, size: int = 1, limit: int = 0
) -> tuple[bytes, int, MessageText]:
    """What leaves, how many octets come after the end (-1: no end), and the message; fed in pieces of `size`."""
    message = MessageText(mode, limit, 50)
    passed = b""
    for at in range(0, len(octets), size):
        text, rest = message.take_data(octets[at : at + size])
        passed += text
        if rest >= 0:
            return passed, rest + max(0, len(octets) - at - size), message
    return passed, -1, message


CASES = {
    "nothing": (b".\r\n", b""),
    "text": (b"a\r\nb\r\n.\r\n", b"a\r\nb\r\n"),
    "dots": (b"..\r\n...\r\n.a\r\n.\r\n", b".\r\n..\r\na\r\n"),
    "dot at the end of a line": (b"a.\r\n.b.\r\n.\r\n", b"a.\r\nb.\r\n"),
    "bare lf": (b"a\nb\n\nc\r\n.\r\n", b"a\r\nb\r\n\r\nc\r\n"),
    "bare cr": (b"a\rb\r\rc\r\n.\r\n", b"a b  c\r\n"),
    "cr before crlf": (b"a\r\r\n.\r\n", b"a \r\n"),
    "lone dot between bare lf": (b"a\n.\nb\r\n.\r\n", b"a\r\nb\r\n"),
    "lone dot after bare lf": (b"a\n.\r\n.\r\n", b"a\r\n"),
    "lone dot before bare lf": (b"a\r\n.\n.\r\n.\r\n", b"a\r\n"),
    "many lone dots": (b"a\n.\n.\n.\r\nb\r\n.\r\n", b"a\r\nb\r\n"),
    "dot and text after bare lf": (b"a\n.b\r\n.\r\n", b"a\r\nb\r\n"),
    "dot after bare cr": (b"a\r.\r\nb\r\n.\r\n", b"a .\r\nb\r\n"),
    "dot with cr": (b"a\r\n.\r\r\n.\r\n", b"a\r\n \r\n"),
    "nul": (b"a\0b\r\n.\r\n", b"a\0b\r\n"),
    "white space first": (b" a\r\n.\r\n", b"\r\n a\r\n"),
    "tab first": (b"\ta\r\n.\r\n", b"\r\n\ta\r\n"),
    "mbox line": (b"From a\r\nB: c\r\n.\r\n", b"X-Mailbox-Line: From a\r\nB: c\r\n"),
    "quoted mbox line": (b">>From a\r\n.\r\n", b"X-Mailbox-Line: >>From a\r\n"),
    "almost an mbox line": (b"Fro\r\n.\r\n", b"Fro\r\n"),
    "header From": (b"From: a\r\n.\r\n", b"From: a\r\n"),
    "more mbox marks than are waited for": (b">" * 2000 + b"From \r\n.\r\n", b">" * 2000 + b"From \r\n"),
}


@pytest.mark.parametrize("size", [1, 2, 3, 5, 10000])
@pytest.mark.parametrize("name", CASES)
def test_what_leaves(name: str, size: int) -> None:
    octets, passed = CASES[name]
    assert received(octets + b"QUIT", size=size)[:2] == (passed, 4)


@pytest.mark.parametrize("size", [1, 10000])
@pytest.mark.parametrize("octets", [b"a\n.\r\n", b"a\r\n.\n", b".\n", b"a\n.\n", b"a\r\n.\r\n"])
def test_no_takes_lf_for_crlf(octets: bytes, size: int) -> None:
    assert received(octets, "no", size=size)[1] == 0


def false_ends() -> list[bytes]:
    """The sequences that SMTP smuggling tries (field notes 4.3), those of ../shared if it is there."""
    path = Path(__file__).parents[4] / "shared/data/vectors/end_of_data_sequences.json"
    known = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n", b"\r\n.\r", b"\n.\r", b"\r\n\x00.\r\n", b"\r\n.\x00\r\n"]
    if not path.exists():
        return known
    return known + [bytes.fromhex(entry["hex"]) for entry in json.loads(path.read_text())["sequences"]]


@pytest.mark.parametrize("mode", ["normalize", "yes", "reject"])
@pytest.mark.parametrize("sequence", false_ends(), ids=repr)
@pytest.mark.parametrize("size", [1, 10000])
def test_false_end_of_data(sequence: bytes, mode: str, size: int) -> None:
    octets = b"Subject: x\r\n\r\ntext" + sequence + b"MAIL FROM:<evil@example>\r\nmore\r\n"
    passed, rest, _ = received(octets, mode, size=size)
    assert rest == -1
    assert END not in b"\r\n" + passed
    passed, rest, message = received(octets + b".\r\n", mode, size=size)
    assert rest == 0
    assert END not in b"\r\n" + passed
    assert b"\r" not in passed.replace(b"\r\n", b"")
    assert b"\n" not in passed.replace(b"\r\n", b"")
    has_bare_lf = b"\n" in sequence.replace(b"\r\n", b"")
    assert message.fault is (Fault.BARE_LF if mode == "reject" and has_bare_lf else None)


def test_size_is_what_was_passed_on() -> None:
    passed, _, message = received(b"..a\r\nb\nc" + END, limit=100)
    assert message.size_bytes == len(passed) == len(b".a\r\nb\r\nc\r\n")


@pytest.mark.parametrize(("length", "fault"), [(98, None), (99, Fault.TOO_BIG)])
def test_size_limit(length: int, fault: Fault | None) -> None:
    assert received(b"x" * length + END, limit=100)[2].fault is fault


def test_nothing_leaves_after_the_limit() -> None:
    passed, rest, message = received(b"x" * 500 + END, limit=100)
    assert (len(passed), rest, message.fault) == (100, 0, Fault.TOO_BIG)


@pytest.mark.parametrize(
    ("text", "hops"),
    [
        (b"Received: a\r\nreceived : b\r\nX: c\r\n\r\nReceived: d\r\n", 2),
        (b"X: a\r\n Received: folded\r\nReceived: b\r\nno header\r\nReceived: c\r\n", 1),
        (b"Received-SPF: a\r\nX-Received: b\r\nReceivedd: c\r\n\r\n", 0),
        (b"X: " + b"y" * 500 + b"\r\nReceived: " + b"z" * 500 + b"\r\n\r\n", 1),
        (b"a" * 200 + b": x\r\nReceived: y\r\n\r\n", 1),
        (b"a" * 200 + b" b: x\r\nReceived: y\r\n\r\n", 0),
        (b"Received" + b"x" * 92 + b": y\r\n\r\n", 0),
        (b"Received" + b" " * 200 + b": x\r\n\r\n", 1),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100, 10000])
def test_hop_count(text: bytes, hops: int, size: int) -> None:
    assert received(text + b".\r\n", size=size)[2].hop_count == hops


@pytest.mark.parametrize(("count", "fault"), [(48, None), (49, Fault.TOO_MANY_HOPS)])
def test_hopcount_limit_counts_our_own_header(count: int, fault: Fault | None) -> None:
    assert received(b"Received: x\r\n" * count + b"\r\n.\r\n", size=1000)[2].fault is fault


CHUNKS = {
    "text": ([b"a\r\n", b"b\r\n"], b"a\r\nb\r\n"),
    "no end of line": ([b"a\r\nb"], b"a\r\nb\r\n"),
    "crlf over two chunks": ([b"a\r", b"\nb\r\n"], b"a\r\nb\r\n"),
    "cr at the end": ([b"a\r"], b"a \r\n"),
    "bare lf": ([b"a\nb", b"\n"], b"a\r\nb\r\n"),
    "dots stay": ([b".\r\n", b"..\r\n"], b".\r\n..\r\n"),
    "end of data stays": ([b"a\r\n.\r\nb\r\n"], b"a\r\n.\r\nb\r\n"),
    "nothing": ([], b""),
    "white space first": ([b" a"], b"\r\n a\r\n"),
    "held back to the end": ([b"Fro"], b"Fro\r\n"),
}


@pytest.mark.parametrize("name", CHUNKS)
def test_chunks(name: str) -> None:
    chunks, passed = CHUNKS[name]
    message = MessageText("normalize", 0, 50)
    assert b"".join(map(message.take_chunk, chunks)) + message.end_chunks() == passed
    assert message.size_bytes == len(passed)


LETTERS = st.sampled_from(
    [b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"\r\n.\r\n", b"a", b" ", b":", b"From ", b">", b"Received"]
)
TEXT = st.lists(LETTERS | st.binary(max_size=4), max_size=40).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(text=TEXT, mode=st.sampled_from(["no", "normalize", "reject"]), cuts=st.sets(st.integers(0, 120)))
def test_any_split_gives_the_same(text: bytes, mode: str, cuts: set[int]) -> None:
    text += END
    whole_passed, whole_rest, whole = received(text, mode, size=len(text))
    message = MessageText(mode, 0, 50)
    passed, rest, end = b"", -1, 0
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    for start, end in itertools.pairwise(edges):
        piece, rest = message.take_data(text[start:end])
        passed += piece
        if rest >= 0:
            break
    assert (rest + len(text) - end, message.hop_count, message.fault) == (whole_rest, whole.hop_count, whole.fault)
    if message.fault is None:
        assert (passed, message.size_bytes) == (whole_passed, whole.size_bytes)


@settings(max_examples=300, deadline=None)
@given(text=TEXT, cuts=st.lists(st.integers(0, 120), max_size=5))
def test_only_crlf_leaves(text: bytes, cuts: list[int]) -> None:
    data, _, _ = received(text, size=3)
    message = MessageText("normalize", 0, 50)
    chunks = b"".join(message.take_chunk(text[at : at + 3]) for at in range(0, len(text), 3)) + message.end_chunks()
    for passed in (data, chunks):
        straight = passed.replace(b"\r\n", b"")
        assert b"\r" not in straight
        assert b"\n" not in straight


def test_a_line_without_end_is_not_kept() -> None:
    message = MessageText("normalize", 0, 50)
    piece = b"x" * 65536
    for _ in range(100):
        assert message.take_data(piece) == (piece, -1)
    header = MessageText("normalize", 0, 50)
    for _ in range(100):
        header.take_data(b"Subject: " + piece)
    kept = sum(len(getattr(header, name)) for name in ("_held", "_header_tail") if getattr(header, name))
    assert kept < 200
    assert len(MessageText("normalize", 0, 50).take_data(b">" * 10 * FROM_KEPT)[0]) == 10 * FROM_KEPT
