"""The manual pages: gatepost(1), and for files in section 5 parameters, restrictions, access tables, table types."""

from collections.abc import Iterator, Sequence

from gatepost import __version__
from gatepost.manual.contents import Contents
from gatepost.manual.topics.commands import program_topic
from gatepost.manual.topics.topic import Kind, Rows, Topic
from gatepost.manual.writing import troff

_PAGES = {
    Kind.PARAMETER: (
        "gatepost-parameters",
        "parameters of main.cf",
        (
            (
                "Gatepost is configured by Postfix's own files, main.cf and master.cf, in /etc/gatepost or the "
                "directory given with `-c`. This page tells of the parameters of its SMTP server. Names and "
                "defaults are those of Postfix 3.7.11 unless it says otherwise; other parameters of Postfix may "
                "stand in main.cf and mean nothing to Gatepost."
            ),
            (
                "A line `name = value` goes on where the next one begins with white space. `$name` is the value of "
                "another parameter. The last of two lines for the same name counts."
            ),
        ),
    ),
    Kind.RESTRICTION: (
        "gatepost-restrictions",
        "restrictions of smtpd_*_restrictions",
        (
            (
                "A restriction list of main.cf names restrictions in the order in which they are asked. One permits, "
                "refuses, or has no opinion; a permit ends its own list and no other, a refusal ends all of them."
            ),
            "`Unavailable` says what a restriction does when the DNS, a table or a server did not answer.",
        ),
    ),
    Kind.ACTION: (
        "gatepost-access",
        "actions of access tables and policy servers",
        (
            (
                "What the right side of an access table may say (`check_client_access` and its kin), and what a "
                "policy server may answer. Words are read without regard to case."
            ),
        ),
    ),
    Kind.TABLE: (
        "gatepost-tables",
        "types of lookup tables",
        (
            "A table is written `type:name`. Files are followed when they change; none needs a compile step.",
            'A table that cannot be read answers every key with "unavailable", and `gatepost check` tells why.',
        ),
    ),
}
_NAMES = ("gatepost(1)", *(f"{name}(5)" for name, _, _ in _PAGES.values()))


def man_pages(contents: Contents) -> Iterator[tuple[str, str]]:
    """The path and text of each page."""
    yield "man/gatepost.1", _text(_program(contents))
    for kind, (name, _, _) in _PAGES.items():
        yield f"man/{name}.5", _text(_records(kind, contents))


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _program(contents: Contents) -> Iterator[str]:
    program = program_topic(contents.program)
    yield from troff.title("gatepost", 1, __version__, "the front door of a mail site")
    yield from troff.section("Synopsis")
    yield r"\fBgatepost\fR [\fB\-c\fR \fIDIR\fR] \fICOMMAND\fR [\fIARGS\fR]"
    yield from troff.section("Description")
    yield from troff.paragraph(program.summary)
    yield from troff.paragraph(
        "It answers SMTP in front of a mail server, decides by Postfix's own restrictions in Postfix's own files, "
        "and hands what it accepts at once to the next hop or into Maildirs. It keeps no queue."
    )
    yield from troff.section("Options")
    yield from (line for block in program.body if isinstance(block, Rows) for line in troff.rows(block.rows))
    yield from troff.section("Commands")
    for command in contents.commands:
        yield from troff.topic(command)
    yield from troff.section("Exit status")
    yield from troff.rows(
        (
            ("0", "Fine."),
            ("1", "The answer is no."),
            ("2", "Wrong usage."),
            ("78", "The configuration cannot be used."),
        )
    )
    yield from troff.section("Files")
    yield from troff.rows(
        (
            ("/etc/gatepost/main.cf", "Parameters."),
            ("/etc/gatepost/master.cf", "The doors: rows whose command is smtpd are served."),
        )
    )
    yield from _see_also("gatepost(1)", ("postconf(5)", "master(5)"))


def _records(kind: Kind, contents: Contents) -> Iterator[str]:
    name, what, text = _PAGES[kind]
    yield from troff.title(name, 5, __version__, what)
    yield from troff.section("Description")
    for paragraph in text:
        yield from troff.paragraph(paragraph)
    group: str | None = None
    for topic in contents.of_kind(kind):
        if topic.group != group:
            group = topic.group
            yield from _heading(topic)
        yield from troff.topic(topic, contents.see_also(topic))
    yield from _see_also(f"{name}(5)", ("postconf(5)", "access(5)"))


def _heading(topic: Topic) -> Iterator[str]:
    """The heading of a group; a kind without groups has one of its own."""
    yield from troff.subsection(topic.group) if topic.group else troff.section(topic.kind.value)


def _see_also(own: str, others: Sequence[str]) -> Iterator[str]:
    yield from troff.section("See also")
    names = [name for name in (*_NAMES, *others) if name != own]
    for name in names:
        page, _, section = name.rstrip(")").partition("(")
        yield f".BR {troff.escaped(page)} ({section})" + ("," if name is not names[-1] else "")
