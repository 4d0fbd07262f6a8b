"""The reference: docs/reference/*.md, a page for each kind of topic."""

from collections.abc import Iterator, Mapping
from functools import partial

from gatepost.manual.contents import Contents
from gatepost.manual.topics.parameters import known_only_names
from gatepost.manual.topics.topic import Kind, Topic
from gatepost.manual.writing.markdown import MarkdownWriter, anchor

_HEADS = {
    Kind.COMMAND: (
        "Commands",
        (
            "`-c DIR` may stand before or after the subcommand. Exit status of all: 0 fine, 1 the answer is no, 2 "
            "wrong usage, 78 the configuration cannot be used. `gatepost COMMAND --help` says the same."
        ),
    ),
    Kind.RESTRICTION: (
        "Restrictions",
        (
            "Names and meaning are Postfix's, but for what is told in [differences](../differences.md). A "
            "restriction of Postfix that is not here is named by `gatepost check`, and mail that reaches it hears "
            "`451 4.3.5 Server configuration error`. `gatepost help NAME` says the same."
        ),
    ),
    Kind.ACTION: (
        "Actions of access tables",
        (
            "What the right side of an access table may say, and the answer of a policy server. `gatepost help NAME` "
            "says the same."
        ),
    ),
    Kind.TABLE: (
        "Table types",
        (
            "A table is written `type:name`. Files are followed when they change; none needs a compile step. "
            "`gatepost help NAME` says the same, `gatepost postmap -q KEY TYPE:NAME` asks one."
        ),
    ),
    Kind.PARAMETER: (
        "Parameters",
        (
            "What main.cf and `-o` of master.cf may set. Names and defaults are those of "
            "Postfix 3.7.11 but for [a closed list](../differences.md). `gatepost help NAME` says the same, "
            "`gatepost postconf NAME` what it is in a configuration. What this version does not carry out says so."
        ),
    ),
}


def reference_pages(contents: Contents) -> Iterator[tuple[str, str]]:
    """The path and text of each page."""
    places = {name: topic for topic in reversed(contents.everything) for name in (topic.name, *topic.aliases)}
    for kind in Kind:
        text = "\n".join(_page(kind, contents, MarkdownWriter(partial(_address, places, kind))))
        yield f"docs/reference/{kind.value}.md", text.rstrip("\n") + "\n"


def _address(places: Mapping[str, Topic], page: Kind, name: str) -> str:
    """Where a name is told of, seen from a page; "" for a name that has no section."""
    topic = places.get(name)
    if topic is None:
        return ""
    return f"{'' if topic.kind is page else f'{topic.kind.value}.md'}#{anchor(topic.name)}"


def _page(kind: Kind, contents: Contents, writer: MarkdownWriter) -> Iterator[str]:
    heading, text = _HEADS[kind]
    topics = contents.of_kind(kind)
    yield from ("<!-- made by `make docs`: do not edit -->", f"# {heading}", "", text, "")
    others = " · ".join(f"[{other.value}]({other.value}.md)" for other in Kind if other is not kind)
    yield f"The other pages: {others}."
    yield from (*writer.contents(topics), "")
    group = ""
    for topic in topics:
        if topic.group != group:
            group = topic.group
            yield from (f"## {writer.text(group)}", "") if group else ()
        yield from writer.topic(topic, contents.see_also(topic))
    if kind is Kind.PARAMETER:
        yield from _known_only()


def _known_only() -> Iterator[str]:
    names = known_only_names()
    yield from ("## Known, not carried out", "")
    yield (
        f"These {len(names)} parameters of Postfix 3.7.11 may stand in main.cf: Gatepost reads them, "
        "`gatepost postconf` prints them, and nothing else comes of it."
    )
    yield from ("", ", ".join(f"`{name}`" for name in names))
