"""However the input is cut, the session is the same; whatever the input is, nothing raises and little is kept."""

import itertools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from gatepost.model.reply import Reply
from gatepost.wire.smtp.events import NEED_DATA, MessageEnded, Remarked
from gatepost.wire.smtp.settings import SmtpSettings
from tests.wire.smtp.smtp_client import REFUSED, Asker

SETTINGS = SmtpSettings(
    myhostname="mx.example", smtpd_banner="mx.example ESMTP", smtpd_forbid_unauth_pipelining=False
)
BUSY = Reply(421, "4.3.2", "Busy")

WORDS = st.sampled_from(
    [
        "EHLO x\r\n",
        "HELO\r\n",
        "MAIL FROM:<a@b.example>\r\n",
        "RCPT TO:<c@d.example>\r\n",
        "DATA\r\n",
        "x\r\n.\r\n",
        "\r\n",
        "BDAT 3\r\na\nb",
        "BDAT 4 LAST\r\n\r\n\r\n",
        "RSET\r\n",
        "NOOP\n",
        "FOO\r\n",
        "VRFY (a\r\n",
        'MAIL FROM:<"\\',
        "\x00",
        "é",
        "Received: x\r\n",
        ".\r\n",
        "\r",
        "\n",
        "STARTTLS\r\n",
        "ETRN [\r\n",
        "Subject: x\r\n",
        "QUIT\r\n",
        "<",
        ">",
        ":",
        "@",
    ]
).map(str.encode)
SESSION = st.lists(WORDS | st.binary(max_size=6), max_size=30).map(b"".join)
VERDICTS = st.lists(
    st.sampled_from([None, None, None, REFUSED, Reply(450, "4.7.1", "Later"), BUSY]), min_size=1, max_size=9
)
HARSH = replace(SETTINGS, message_size_limit=30, hopcount_limit=3, smtpd_recipient_limit=2, line_length_limit=60)


def history(text: bytes, cuts: list[int], verdicts: list[Reply | None], door: SmtpSettings) -> tuple[object, ...]:
    """All that happens in a session whose input comes in these pieces, but what depends on the pieces by its nature."""
    taken = iter(verdicts * 200)
    asker = Asker(door, lambda _: next(taken))
    said = asker.said()
    edges = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    for start, end in itertools.pairwise(edges):
        said += asker.send(text[start:end])
        assert len(asker.dialogue.input) <= door.line_length_limit + len(text)
    asker.dialogue.receive_eof()
    asker.pump()
    assert asker.has_ended
    assert asker.dialogue.next_event() is NEED_DATA
    events = [event for event in asker.events if not (isinstance(event, Remarked) and "pipelining" in event.text)]
    refusals = [event for event in events if isinstance(event, MessageEnded) and event.refusal_is_due]
    for refusal in refusals:  # how much of a message is passed on before its fault depends on the pieces
        events[events.index(refusal)] = MessageEnded(0, 0, refusal.refusal)
    return said + asker.said(), events, bool(refusals) or asker.messages, asker.dialogue.counts


@settings(max_examples=400, deadline=None)
@given(text=SESSION, cuts=st.lists(st.integers(0, 200), max_size=12), verdicts=VERDICTS, is_harsh=st.booleans())
def test_any_split_of_the_input_gives_the_same(
    text: bytes, cuts: list[int], verdicts: list[Reply | None], is_harsh: bool
) -> None:
    door = HARSH if is_harsh else SETTINGS
    assert history(text, [], verdicts, door) == history(text, cuts, verdicts, door)


@settings(max_examples=150, deadline=None)
@given(text=SESSION, verdicts=VERDICTS)
def test_octet_by_octet_gives_the_same(text: bytes, verdicts: list[Reply | None]) -> None:
    assert history(text, [], verdicts, SETTINGS) == history(text, list(range(len(text))), verdicts, SETTINGS)


@settings(max_examples=200, deadline=None)
@given(pieces=st.lists(st.binary(max_size=200), max_size=20), forbids=st.booleans(), enables=st.booleans())
def test_noise_never_raises(pieces: list[bytes], forbids: bool, enables: bool) -> None:
    asker = Asker(replace(SETTINGS, smtpd_forbid_unauth_pipelining=forbids, smtputf8_enable=enables))
    said = asker.said()
    for piece in pieces:
        said += asker.send(piece)
    for line in said.splitlines():
        assert line[:3].isdigit()
