"""The log of a soak: nothing unexpected in it, and for every outage one line in and one line out, of the whole server.

However many workers notice, and however many of them are killed meanwhile.
"""

import re
from collections import Counter

UNEXPECTED = re.compile(r"Traceback|unexpected:|internal error|worker ends|Exception ignored|panic")
OUTAGES = {
    "name server": (r"DNS: (name server \S+) (?:does not answer|cannot be)", r"DNS: (name server \S+) answers again"),
    "greylist store": (
        r"(greylist store \S+): .*greylist_tempfail_action decides until it is back",
        r"(greylist store \S+) is back",
    ),
    "disk": (r"(maildir_directory \S+): .* put off meanwhile", r"(maildir_directory \S+) has room again"),
    "table": (r"warning: (\S+): its server is away", r"(?:warning: )?(\S+): its server is back"),
    "next hop": (r"warning: (next hop \S+): .* put off meanwhile", r": (next hop \S+) answers again"),
}
"""Each with the thing that is away, which the line of the end names alike."""

SIGNS = (" answer", "cannot be", " store ", "put off meanwhile", "room again", "its server is")
"""One of them is in each such line: an hour has millions."""


def unexpected(log: str) -> list[str]:
    """Every line that no log may have."""
    return [line for line in log.splitlines() if UNEXPECTED.search(line)]


def outages(log: str) -> tuple[Counter[str], list[str]]:
    """How many lines in and out for each kind; what is said twice without the other between, or is not said to end."""
    counts: Counter[str] = Counter()
    faults = []
    away: dict[str, str] = {}
    for line in log.splitlines():
        if not any(sign in line for sign in SIGNS):
            continue
        for kind, (begins, ends) in OUTAGES.items():
            begun, ended = re.search(begins, line), re.search(ends, line)
            found = begun or ended
            if found is None:
                continue
            counts[f"{kind} {'in' if begun else 'out'}"] += 1
            if (found[1] in away) is bool(begun):
                faults.append(f"said twice: {line}")
            if begun:
                away[found[1]] = line
            else:
                away.pop(found[1], None)
    return counts, faults + [f"not said to be over: {line}" for line in away.values()]
