"""The memory of processes over their age: samples, and the slope of the least squares through them.

What is weighed is RssAnon of /proc/PID/status: memory of the process's own making, and what it has from the supervisor.
Pss would grow without anything being kept: a page that is shared counts whole as soon as the sibling dies, or is
copied by one of them.

The slope is that of old age, when caches have what they are given: samples younger than half the age of the oldest
process, and than WARM_UP_S, are left out. Each worker has a line of its own height and all have one slope (fixed
effects). What caches may still take is PLATEAU_KB; a worker that takes more has lost something.
"""

from collections import defaultdict
from dataclasses import dataclass, field

WARM_UP_S = 90.0
"""The heap grows to what the most sessions at once need: that is no slope."""

LEAST_AGE_S = 600.0
"""A worker must have lived so long before its slope can be called one."""

MOST_KB_A_MINUTE = 50.0
"""3 MB in an hour; at 50 messages a second, to lose one octet in four hundred of them would be more."""

PLATEAU_KB = 20_000
"""What the caches of a worker may still take at this site, whose senders never come twice: dns_cache_limit (2,000
entries, 1 MB), a table's answers (20,000, 5 MB), normal forms of senders and addresses (8,192 and 4,096 a function,
some 200 octets each: 8 MB), and garbage in cycles between two collections (some MB)."""


@dataclass(slots=True)
class Scales:
    """Samples of (age in seconds, kB) by process."""

    born: dict[int, float] = field(default_factory=dict)
    samples: dict[int, list[tuple[float, int]]] = field(default_factory=dict)

    def weigh(self, now: float, memory_kb: dict[int, int]) -> None:
        """Take one sample of each process."""
        for pid, kilobytes in memory_kb.items():
            age = now - self.born.setdefault(pid, now)
            if age >= WARM_UP_S:
                self.samples.setdefault(pid, []).append((age, kilobytes))

    @property
    def oldest_s(self) -> float:
        """The age that a process has reached."""
        return max((samples[-1][0] for samples in self.samples.values()), default=0.0)

    def slope_kb_a_minute(self, least_samples: int = 10) -> float | None:
        """The common slope of all old processes; None where none was old enough."""
        above = below = 0.0
        for samples in self.samples.values():
            old = [(age, kilobytes) for age, kilobytes in samples if age >= self.oldest_s / 2]
            if len(old) < least_samples:
                continue
            mean_age = sum(age for age, _ in old) / len(old)
            mean_kb = sum(kilobytes for _, kilobytes in old) / len(old)
            above += sum((age - mean_age) * (kilobytes - mean_kb) for age, kilobytes in old)
            below += sum((age - mean_age) ** 2 for age, _ in old)
        return above / below * 60 if below else None

    def judge(self) -> list[str]:
        """A leak, as far as the workers were old enough to show one."""
        faults = []
        slope = self.slope_kb_a_minute()
        if slope is not None and self.oldest_s >= LEAST_AGE_S and slope > MOST_KB_A_MINUTE:
            faults.append(f"memory grows by {slope:.0f} kB a minute in old age")
        grown = max((each[-1][1] - each[0][1] for each in self.samples.values()), default=0)
        if grown > PLATEAU_KB:
            faults.append(f"a worker has taken {grown} kB since it was {WARM_UP_S:g} s old, more than caches explain")
        return faults

    def told(self) -> str:
        """One line."""
        slope = self.slope_kb_a_minute()
        if slope is None:
            return f"no worker lived longer than {WARM_UP_S:g} s"
        by_minute: defaultdict[int, list[int]] = defaultdict(list)
        for samples in self.samples.values():
            for age, kilobytes in samples:
                by_minute[int(age // 60)].append(kilobytes)
        means = {minute: sum(each) / len(each) / 1024 for minute, each in sorted(by_minute.items())}
        shown = [minute for minute in means if minute in (1, 2, 5, 10, 15, 20, 25, 30, 45) or minute == max(means)]
        line = f"{slope:+.0f} kB a minute beyond {max(WARM_UP_S, self.oldest_s / 2):.0f} s of age; MB at an age of "
        return line + ", ".join(f"{minute} min {means[minute]:.1f}" for minute in shown)
