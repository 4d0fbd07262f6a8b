"""From records to topics, and from names to topics."""

import pytest

from gatepost.cli.main import main as program
from gatepost.manual.contents import Contents
from gatepost.manual.topics.topic import Example, Kind, Paragraph, read_manual
from gatepost.manual.writing.terminal import TerminalWriter
from gatepost.service.unused_parameters import USED

CONTENTS = Contents(program, USED)


def test_a_docstring_is_read():
    manual = read_manual(
        "Refuse a\nclient.\n\nMore about it. Code 554.\n\n    /x/  REJECT\n      deeper\n\n"
        "Unavailable: no opinion. RFC: 5782.\nPostfix: postconf(5) it; two. And more."
    )
    assert manual.summary == "Refuse a client."
    assert manual.body == (Paragraph("More about it. Code 554."), Example(("/x/  REJECT", "  deeper")))
    assert manual.facts == (
        ("Unavailable", "no opinion"),
        ("RFC", "5782"),
        ("Postfix", "postconf(5) it; two. And more."),
    )


def test_a_heading_within_a_sentence_is_none():
    manual = read_manual("Say it.\n\nWrite Postfix: it is a name. Cost: nothing.")
    assert manual.body == (Paragraph("Write Postfix: it is a name."),)
    assert manual.facts == (("Cost", "nothing"),)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reject_rbl", [(Kind.RESTRICTION, "reject_rbl_client")]),
        ("REJECT_RBL_CLIENT", [(Kind.RESTRICTION, "reject_rbl_client")]),
        ("reject", [(Kind.RESTRICTION, "reject"), (Kind.ACTION, "REJECT")]),
        ("REJECT", [(Kind.ACTION, "REJECT"), (Kind.RESTRICTION, "reject")]),
        ("450", [(Kind.ACTION, "4NN")]),
        ("650", []),
        ("cdb", [(Kind.TABLE, "hash")]),
        ("pcre:/etc/postfix/x.pcre", [(Kind.TABLE, "pcre")]),
        ("proxy:hash:x", [(Kind.TABLE, "proxy")]),
        ("$mynetworks", [(Kind.PARAMETER, "mynetworks")]),
        ("${mynetworks}", [(Kind.PARAMETER, "mynetworks")]),
        ("postmap", [(Kind.COMMAND, "postmap")]),
        ("maximal_queue_lifetime", [(Kind.PARAMETER, "maximal_queue_lifetime")]),
        ("warn_if_reject", [(Kind.RESTRICTION, "warn_if_reject")]),
        ("", []),
        ("no such thing", []),
        ("\0:" * 1000, []),
    ],
)
def test_names_are_found_as_people_write_them(name, expected):
    assert [(topic.kind, topic.name) for topic in CONTENTS.find(name)] == expected


def test_the_nearest_names_are_told():
    assert CONTENTS.nearest("reject_rbl_clint")[0] == "reject_rbl_client"
    assert CONTENTS.nearest("Smtpd_Timeut")[0] == "smtpd_timeout"
    assert "DUNNO" in CONTENTS.nearest("dunnoo")
    assert CONTENTS.nearest("qqqqqq") == []
    assert CONTENTS.nearest("x" * 100_000) == []


def test_what_belongs_together_is_named():
    (restriction,) = CONTENTS.find("reject_rbl_client")
    assert "maps_rbl_reject_code" in CONTENTS.see_also(restriction)
    (parameter,) = CONTENTS.find("unknown_client_reject_code")
    assert "reject_unknown_client_hostname" in CONTENTS.see_also(parameter)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_is_wider_than_the_terminal(width):
    writer = TerminalWriter(width, lambda text: text.upper())
    for topic in CONTENTS.everything:
        examples = {f"    {line}" for block in topic.body if isinstance(block, Example) for line in block.lines}
        _title, *lines = writer.topic(topic, CONTENTS.see_also(topic))
        for line in lines:
            has_long_word = any(len(word) > width // 3 for word in line.split())
            assert len(line) <= min(width, 100) or has_long_word or line in examples, line
