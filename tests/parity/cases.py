"""One difference as something that can be kept, run again and made smaller: a configuration, one policy, one session.

As a file it is JSON. As atoms it is a sequence of things that can be left out one by one: a turn of the session, a
parameter, a word of a restriction list, a line of a table.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

from gatepost.policy.language.tokens import words
from gatepost.policy.registry import RESTRICTIONS, Argument
from tests.parity.sessions import Script

Parameters = dict[str, str]
CLASSES = "smtpd_restriction_classes"
ORDER = "smtpd_relay_before_recipient_restrictions"


@dataclass(frozen=True, slots=True)
class Case:
    """main.cf with `{directory}` still open, tables by file name, the overrides of the door, the session."""

    main_cf: str
    files: Mapping[str, str]
    policy: Parameters
    script: Script

    def as_text(self) -> str:
        """The file that read_case() reads."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"


def read_case(path: Path) -> Case:
    """A case from its file."""
    found = json.loads(path.read_text())
    script = Script(found["script"]["client"], tuple(found["script"]["turns"]))
    return Case(found["main_cf"], found["files"], found["policy"], script)


class Atom(NamedTuple):
    """Something that can be left out. `place`: the parameter or file it belongs to."""

    kind: str
    place: str
    text: str


def atoms_of(case: Case) -> tuple[Atom, ...]:
    """All that a case can do without, in order; main.cf and the client stay."""
    return (
        *(Atom("turn", "", turn) for turn in case.script.turns),
        *_policy_atoms(case.policy),
        *(
            Atom("line", name, line)
            for name, text in case.files.items()
            if is_used(name, case.policy)
            for line in text.splitlines()
        ),
    )


def is_used(name: str, policy: Parameters) -> bool:
    """A table of this policy: something with lines that can be left out."""
    return not name.endswith(".pem") and any(f"/{name}" in value for value in policy.values())


def _policy_atoms(policy: Parameters) -> Iterator[Atom]:
    lists = {*_standing_lists(policy), *words(policy.get(CLASSES, ""))}
    for name, value in policy.items():
        if name in lists:
            yield from (Atom("word", name, restriction) for restriction in _restrictions(value))
        elif value:
            yield Atom("parameter", name, value)


def _standing_lists(policy: Parameters) -> list[str]:
    return [name for name in policy if name.endswith("_restrictions") and name != ORDER]


def _restrictions(text: str) -> Iterator[str]:
    """The restrictions of a list, each with its argument and a warn_if_reject before it."""
    tokens = iter(words(text))
    prefix = ""
    for token in tokens:
        if token.lower() == "warn_if_reject":
            prefix += f"{token} "
            continue
        record = RESTRICTIONS.get(token.lower())
        takes_none = record is None or record.argument in (Argument.NONE, Argument.SUBJECT)
        argument = "" if takes_none else next(tokens, "")
        yield f"{prefix}{token} {argument}".rstrip()
        prefix = ""
    if prefix:
        yield prefix.rstrip()


def rebuilt(case: Case, atoms: Sequence[Atom]) -> Case:
    """The case with nothing but these atoms. A list that has lost every word stays, empty: that is not its default."""
    policy = dict.fromkeys(_standing_lists(case.policy), "")
    files = {name: text for name, text in case.files.items() if not is_used(name, case.policy)}
    files |= {atom.place: "" for atom in atoms_of(case) if atom.kind == "line"}
    for atom in atoms:
        if atom.kind == "parameter":
            policy[atom.place] = atom.text
        elif atom.kind == "word":
            policy[atom.place] = f"{policy.get(atom.place, '')} {atom.text}".strip()
        elif atom.kind == "line":
            files[atom.place] += f"{atom.text}\n"
    turns = tuple(atom.text for atom in atoms if atom.kind == "turn")
    return replace(case, policy=policy, files=files, script=replace(case.script, turns=turns))
