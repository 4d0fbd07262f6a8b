"""The memory of processes over their age: samples, and the slope of the least squares through them.

Each worker has a line of its own height and all have one slope (fixed effects), so that young and old ones count alike.
"""

from dataclasses import dataclass, field

WARM_UP_S = 90.0
"""Caches fill, and the heap grows to what the most sessions at once need: that is no slope."""


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

    def slope_kb_a_minute(self, least_samples: int = 10) -> float | None:
        """The common slope of all processes; None where none was old enough."""
        above = below = 0.0
        for samples in self.samples.values():
            if len(samples) < least_samples:
                continue
            mean_age = sum(age for age, _ in samples) / len(samples)
            mean_kb = sum(kilobytes for _, kilobytes in samples) / len(samples)
            above += sum((age - mean_age) * (kilobytes - mean_kb) for age, kilobytes in samples)
            below += sum((age - mean_age) ** 2 for age, _ in samples)
        return above / below * 60 if below else None

    def told(self) -> str:
        """One line."""
        slope = self.slope_kb_a_minute()
        if slope is None:
            return f"no worker lived longer than {WARM_UP_S:g} s"
        old = max(self.samples.values(), key=lambda samples: samples[-1][0])
        line = f"{slope:+.0f} kB a minute over {len(self.samples)} workers; "
        return line + f"the oldest {old[-1][0]:.0f} s, from {old[0][1]} to {old[-1][1]} kB"
