"""Commands, from the program that click runs: what each is for, its options, its exit status."""

import inspect
from collections import Counter
from collections.abc import Iterator

import click

from gatepost.manual.topics.topic import Block, Example, Fact, Kind, Paragraph, Rows, Topic, split_facts

_KEEP_LINES = "\b"
"""Click's mark: the lines of this paragraph are not wrapped."""

_WHOLE = 1000
"""Characters of a short help: more than any has."""


def command_topics(program: click.Group, *names: str) -> Iterator[Topic]:
    """The subcommands of these names; what is none is left out."""
    context = click.Context(program, info_name=program.name or "gatepost")
    for name in names:
        command = program.get_command(context, name)
        if command is not None:
            yield _topic(name, command, context)


def program_topic(program: click.Group) -> Topic:
    """The program itself: what it is, and the options before the subcommand."""
    return _topic("gatepost", program, click.Context(program, info_name="gatepost"))


def _topic(name: str, command: click.Command, context: click.Context) -> Topic:
    own = context if command is context.command else click.Context(command, info_name=name, parent=context)
    blocks, facts = _read(command.help or "")
    begins_with_text = bool(blocks) and isinstance(blocks[0], Paragraph)
    summary = blocks.pop(0).text if begins_with_text else command.get_short_help_str(_WHOLE)  # type: ignore[union-attr]  # the line above
    options = tuple(_options(command, own))
    if isinstance(command, click.Group) and command is not context.command:
        blocks.append(Rows(tuple(_subcommands(command, own))))
    return Topic(
        Kind.COMMAND,
        name,
        summary,
        (*blocks, *([Rows(options)] if options else [])),
        facts,
        " ".join(command.collect_usage_pieces(own)),
        data={"options": [{"option": option, "text": text} for option, text in options]},
    )


def _read(text: str) -> tuple[list[Block], tuple[Fact, ...]]:
    """The paragraphs of a help text, and the facts in them."""
    blocks: list[Block] = []
    facts: list[Fact] = []
    for part in inspect.cleandoc(text).split("\n\n"):
        if part.startswith(_KEEP_LINES):
            blocks.append(Example(tuple(line.strip() for line in part.split("\n")[1:])))
            continue
        running, headed = split_facts(part)
        blocks += [Paragraph(running)] if running else []
        facts += headed
    return blocks, tuple(facts)


def _subcommands(group: click.Group, context: click.Context) -> Iterator[Fact]:
    """The commands of a group, each before the options that it alone has; those of several at the end."""
    commands = {name: group.get_command(context, name) for name in group.list_commands(context)}
    options = {name: tuple(_options(each, context)) for name, each in commands.items() if each is not None}
    every = Counter(option for each in options.values() for option in each)
    shared = [option for option, count in every.items() if count > 1]
    for name, command in commands.items():
        if command is not None:
            usage = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
            yield " ".join((name, *usage)), " ".join(inspect.cleandoc(command.help or "").split())
            yield from ((f"{name} {option}", text) for option, text in options[name] if (option, text) not in shared)
    yield from shared


def _options(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """The options that are worth a line: --help is everywhere, and arguments stand in the synopsis."""
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and isinstance(parameter, click.Option) and "--help" not in parameter.opts:
            yield record[0], " ".join(record[1].split())
