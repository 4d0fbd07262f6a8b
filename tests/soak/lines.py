"""The log of a soak: nothing unexpected in it, and for every outage one line in and one line out.

An outage is told by each worker for itself, but that of a table's server, which all tell as one.
"""

import re
from collections import Counter

UNEXPECTED = re.compile(r"Traceback|unexpected:|worker ends|Exception ignored|panic")
_PID = re.compile(r"\[(\d+)\]:")
OUTAGES = {
    "name server": (r"DNS: name server \S+ does not answer", r"DNS: name server \S+ answers again", True),
    "greylist store": (r"greylist_tempfail_action decides until it is back", r"greylist store \S+ is back", False),
    "disk": (r"maildir_directory \S+: .* put off meanwhile", r"maildir_directory \S+ has room again", False),
    "table": (r"its server is away", r"its server is back", False),
    "next hop": (r": warning: next hop \S+: .* put off meanwhile", r": next hop \S+ answers again", False),
}


def unexpected(log: str) -> list[str]:
    """Every line that no log may have."""
    return [line for line in log.splitlines() if UNEXPECTED.search(line)]


def outages(log: str) -> tuple[Counter[str], list[str]]:
    """How many lines in and out for each kind; and what is said twice without the other between."""
    counts: Counter[str] = Counter()
    faults = []
    is_out: dict[tuple[str, str], bool] = {}
    for line in log.splitlines():
        for kind, (begins, ends, is_own) in OUTAGES.items():
            way = "in" if re.search(begins, line) else "out" if re.search(ends, line) else ""
            if not way:
                continue
            found = _PID.search(line)
            key = (kind, found[1] if is_own and found else "")
            counts[f"{kind} {way}"] += 1
            if is_out.get(key, False) is (way == "in"):
                faults.append(f"said twice: {line}")
            is_out[key] = way == "in"
    return counts, faults
