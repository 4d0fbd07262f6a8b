"""Parameters: those that are declared, from their declarations; the rest of Postfix's, known by name only.

A parameter of Postfix that Gatepost does not use may stand in main.cf: it is read, `gatepost postconf` prints it, and
nothing is done with it.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import lru_cache

from gatepost.config import declared
from gatepost.config.declaration import Kind as ValueKind
from gatepost.config.declaration import Parameter
from gatepost.config.parameters import (
    PostfixFact,
    declared_parameters,
    is_own,
    postfix_facts,
    since,
)
from gatepost.manual.topics.topic import Fact, Kind, Paragraph, Topic, heading_of

TIME_UNIT = "seconds, or with a letter: s, m, h, d, w"
CODE_RANGE = "400 to 599"
"""A code outside refuses nobody; config/loading.py tells it."""


REFERRED_TO = frozenset({"config_directory", "mail_version", "process_name", "service_name"})
"""Those that exist for other values to refer to, as $name."""

NOT_CARRIED_OUT = "Known, not carried out by this version."


def parameter_topics(used: frozenset[str]) -> Iterator[Topic]:
    """All declared parameters, by the file that declares them, then by name; `used` are those that have an effect."""
    groups = _groups()
    order = list(dict.fromkeys(groups.values()))
    known = sorted(declared_parameters().values(), key=lambda each: (order.index(groups[each.name]), each.name))
    for parameter in known:
        yield _topic(parameter, groups[parameter.name], is_used=parameter.name in used | REFERRED_TO)


def known_only_names() -> tuple[str, ...]:
    """The parameters of Postfix that Gatepost does not use."""
    return tuple(sorted(set(postfix_facts()) - set(declared_parameters())))


def known_only_topic(name: str) -> Topic:
    """What there is to say of one of them."""
    fact = postfix_facts()[name]
    said = "main.cf may set it; Gatepost reads it, `gatepost postconf` prints it, and nothing else comes of it."
    return Topic(
        Kind.PARAMETER,
        name,
        "Known, not carried out: a parameter of Postfix that means nothing to Gatepost.",
        (Paragraph(said),),
        (("Default", shown(fact.default)), ("Postfix", f"postconf(5) {name}{_history(name)}")),
        data={"is_carried_out": False, "default": fact.default, "postfix_default": fact.default},
    )


@lru_cache(maxsize=1)
def _groups() -> Mapping[str, str]:
    """The headline of the file that declares it, for each parameter; in the order of the declarations."""
    headlines: dict[str, str] = {}
    for module in pkgutil.iter_modules(declared.__path__):
        loaded = importlib.import_module(f"{declared.__name__}.{module.name}")
        for parameter in getattr(loaded, module.name.upper()):
            headlines[parameter.name] = heading_of(loaded.__doc__ or "")
    return {parameter.name: headlines[parameter.name] for parameter in declared.DECLARATIONS}


def _topic(parameter: Parameter, group: str, *, is_used: bool) -> Topic:
    fact = postfix_facts().get(parameter.name)
    return Topic(
        Kind.PARAMETER,
        parameter.name,
        _summary(parameter) if is_used else f"{_summary(parameter)} {NOT_CARRIED_OUT}",
        (),
        tuple(_facts(parameter, fact)),
        group=group,
        data={
            "is_carried_out": is_used,
            "type": parameter.kind.value,
            "default": _default(parameter, fact),
            "postfix_default": fact.default if fact else None,
            "because": parameter.because,
            "unit": parameter.unit or ("seconds" if parameter.kind is ValueKind.TIME else ""),
            "least": parameter.least,
            "most": parameter.most,
            "choices": parameter.choices,
        },
    )


def _summary(parameter: Parameter) -> str:
    """The manual text. That of a reply code (`For defer.`) stands in a table of them; alone it says what it is."""
    if parameter.kind is ValueKind.CODE and parameter.manual.startswith("For "):
        return f"The reply code f{parameter.manual[1:]}"
    return parameter.manual


def _default(parameter: Parameter, fact: PostfixFact | None) -> str:
    if parameter.default is not None:
        return parameter.default
    return fact.default if fact else ""


def _facts(parameter: Parameter, fact: PostfixFact | None) -> Iterator[Fact]:
    if fact is not None and fact.is_computed and parameter.default is None:
        yield "Default", "computed at start"
    else:
        yield "Default", shown(_default(parameter, fact))
    yield "Value", _value(parameter)
    limits = _range(parameter)
    if limits:
        yield "Range", limits
    yield "Postfix", _beside_postfix(parameter, fact)


def _value(parameter: Parameter) -> str:
    if parameter.choices:
        return "one of " + ", ".join(f"`{choice}`" for choice in parameter.choices)
    if parameter.kind is ValueKind.TIME:
        return f"time, in {TIME_UNIT}"
    return f"{parameter.kind.value}: {parameter.unit}" if parameter.unit else parameter.kind.value


def _range(parameter: Parameter) -> str:
    if parameter.kind is ValueKind.CODE:
        accepts = parameter.name.startswith("unverified_")
        return f"{CODE_RANGE}; 200 to 299 accepts" if accepts else CODE_RANGE
    unit = " s" if parameter.kind is ValueKind.TIME else ""
    if parameter.least is not None and parameter.most is not None:
        return f"{parameter.least}{unit} to {parameter.most}{unit}"
    if parameter.least is not None:
        return f"{parameter.least}{unit} or more"
    return f"at most {parameter.most}{unit}" if parameter.most is not None else ""


def _beside_postfix(parameter: Parameter, fact: PostfixFact | None) -> str:
    """Whether Postfix has another default, and why."""
    if fact is None or is_own(parameter.name):
        return "Gatepost's own parameter, unknown there"
    if parameter.default is not None and parameter.default != fact.default:
        return f"its default is {shown(fact.default)}. Another one here because: {parameter.because}"
    return f"the same default{_history(parameter.name)}"


def _history(name: str) -> str:
    """The version that brought it; postconf(5) does not tell it of the oldest."""
    version = since(name)
    return f", since {version}" if version else ""


def shown(value: str) -> str:
    """A value as the manual shows it: one that is nothing would not be seen, a backtick cannot stand in backticks."""
    if "`" in value:
        return value
    return f"`{value}`" if value else "(empty)"
