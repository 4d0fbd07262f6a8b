"""What a parameter is, and where all of them are found.

Every parameter that Gatepost uses is declared once, in config/declared/: its kind, range and manual text. Names and
defaults of Postfix's own stand in postfix_3_7.tsv, which knows the parameters that Gatepost does not use as well, so
that a misspelt name can be told from one that merely has no meaning here. A declaration gives a default only where
it is Gatepost's own parameter, or where Gatepost departs from Postfix; then `because` says why, and
docs/differences.md is made from that.

Postfix: postconf(5).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from gatepost.config.declaration import Parameter
from gatepost.config.declared import DECLARATIONS


@dataclass(frozen=True, slots=True)
class PostfixFact:
    """What Postfix 3.7.11 says of one of its parameters. A computed default is "": see machine_defaults.py."""

    name: str
    default: str
    since: str
    is_raw: bool
    is_computed: bool


OWN_SINCE = "Gatepost 0.1"


@lru_cache(maxsize=1)
def postfix_facts() -> Mapping[str, PostfixFact]:
    """The parameters of Postfix by name."""
    text = resources.files("gatepost.config").joinpath("postfix_3_7.tsv").read_text(encoding="ascii")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    facts = (PostfixFact(name, value, since, note == "raw", note == "computed") for name, value, since, note in rows)
    return MappingProxyType({fact.name: fact for fact in facts})


@lru_cache(maxsize=1)
def declared_parameters() -> Mapping[str, Parameter]:
    """The parameters that Gatepost uses, by name, sorted."""
    return MappingProxyType({known.name: known for known in sorted(DECLARATIONS, key=lambda known: known.name)})


@lru_cache(maxsize=1)
def default_values() -> Mapping[str, str]:
    """The default of every known parameter as written, Gatepost's where it departs from Postfix's."""
    values = {fact.name: fact.default for fact in postfix_facts().values()}
    values |= {known.name: known.default for known in declared_parameters().values() if known.default is not None}
    return MappingProxyType(values)


def since(name: str) -> str:
    """The first version with this parameter, as the reference prints it; "" when it was always there."""
    fact = postfix_facts().get(name)
    if fact is None:
        return OWN_SINCE
    return f"Postfix {fact.since}" if fact.since else ""


def is_own(name: str) -> bool:
    """Gatepost's own parameter, unknown to Postfix 3.7."""
    return name in declared_parameters() and name not in postfix_facts()


def differences() -> Iterator[tuple[Parameter, PostfixFact]]:
    """The parameters of Postfix whose default is another one here."""
    facts = postfix_facts()
    for known in declared_parameters().values():
        fact = facts.get(known.name)
        if known.default is not None and fact is not None and known.default != fact.default:
            yield known, fact
