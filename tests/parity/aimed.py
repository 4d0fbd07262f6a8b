"""Policies that aim at what is still rare in the coverage table.

A policy is given up to four focuses (tests/parity/focuses.py) that want the same people: those that let the evaluation
go on each in a list of their own, one that ends it in the last place. What is aimed at is taken for reached in part,
so that the policies of a batch aim at different things.
"""

import random
from collections.abc import Sequence

from tests.parity.coverage import ENOUGH, Counts, rare
from tests.parity.focuses import Focus, focus_on
from tests.parity.outcomes import ASKING_SERVERS
from tests.parity.sessions import Hints

Parameters = dict[str, str]

EXPECTED_FROM_A_POLICY = 30
"""How often a policy reaches what it aims at, about."""

FIRST_LISTS = ("smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions")
OWN_LIST = ("reject_unlisted_recipient", "check_recipient_maps", "reject_unlisted_sender")
"""Restrictions for the recipient's lists only (tests/parity/__init__.py)."""


def draw_aim(counts: Counts, chance: random.Random) -> tuple[Focus, ...]:
    """What a policy is to reach: the rarest rows that go together. `counts` is told what to expect of it."""
    lacking = sorted(rare(counts), key=lambda row: (counts[row] * 10 // ENOUGH, chance.random()))
    chosen: list[Focus] = []
    hints = Hints()
    for row in [row for row in lacking if row.name not in ASKING_SERVERS][:40]:
        focus = focus_on(row, chance)
        joined = hints.joined(focus.hints)
        if joined is None or not _fits(focus, chosen):
            continue
        hints = joined
        chosen.append(focus)
        counts[row] += EXPECTED_FROM_A_POLICY
    return tuple(chosen)


def _fits(focus: Focus, chosen: Sequence[Focus]) -> bool:
    """There is a place left, and no parameter that two of them want to be different."""
    given = {name: value for other in chosen for name, value in other.parameters.items()}
    if any(given.get(name, value) != value for name, value in focus.parameters.items()):
        return False
    if focus.is_etrn:
        return not any(other.is_etrn for other in chosen)
    if _is_last(focus):
        return not any(_is_last(other) for other in chosen)
    return sum(not other.is_etrn and not _is_last(other) for other in chosen) < len(FIRST_LISTS)


def _is_last(focus: Focus) -> bool:
    return focus.ends or focus.words.startswith(OWN_LIST)


def hints_of(focuses: Sequence[Focus]) -> Hints:
    """The people whom all focuses want."""
    hints = Hints()
    for focus in focuses:
        hints = hints.joined(focus.hints) or hints
    return hints


def aimed(policy: Parameters, focuses: Sequence[Focus], chance: random.Random) -> Parameters:
    """A drawn policy, its lists replaced by what is aimed at."""
    places = iter(chance.sample(FIRST_LISTS, len(FIRST_LISTS)))
    lists = dict.fromkeys((*FIRST_LISTS, "smtpd_data_restrictions", "smtpd_end_of_data_restrictions"), "")
    before = etrn = ""
    parameters: Parameters = {}
    for focus in focuses:
        parameters |= focus.parameters
        if focus.is_etrn:
            etrn = focus.words
        elif _is_last(focus):
            before = f"{focus.words} "
        else:
            lists[next(places)] = focus.words
    if focuses and chance.random() < 0.3:
        parameters.setdefault("smtpd_relay_before_recipient_restrictions", "no")
    control = "reject_unauth_destination" if before or chance.random() < 0.5 else "defer_unauth_destination"
    if chance.random() < 0.5:
        lists |= {"smtpd_relay_restrictions": before + control, "smtpd_recipient_restrictions": ""}
    else:
        lists |= {"smtpd_relay_restrictions": "", "smtpd_recipient_restrictions": before + control}
    defaults = {"smtpd_delay_reject": "yes", "smtpd_etrn_restrictions": etrn}
    return policy | defaults | lists | parameters
