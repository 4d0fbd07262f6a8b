"""What is raised: only mistakes in the configuration, found at load and told with file, line and cure.

Nothing that a client, a name server or a table does while the server runs is an exception here: see answer.py.
"""

from dataclasses import dataclass

from gatepost.model.secrets import without_secrets


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands: a file and a line (1-based; 0 when the whole file is meant)."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True)
class Complaint:
    """One finding about the configuration, for one line of terminal or log.

    Severity is "error" (the configuration cannot be used), "warning" (it works, but surely not as meant) or
    "notice" (worth knowing). `cure` says what to do about it, in the imperative. `breaks_mail`: some mail is refused
    with 451, or let through that should not be. Passwords of URLs in the text are hidden.
    """

    severity: str
    place: Place
    text: str
    cure: str = ""
    breaks_mail: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", without_secrets(self.text))
        object.__setattr__(self, "cure", without_secrets(self.cure))

    @property
    def is_serious(self) -> bool:
        """Mail is refused or let through that should not be: a running server does not take such a change."""
        return self.breaks_mail or self.severity == "error"

    def __str__(self) -> str:
        cure = f" -- {self.cure}" if self.cure else ""
        return f"{self.place}: {self.severity}: {self.text}{cure}"


class ConfigurationError(Exception):
    """The configuration cannot be used. `complaints` holds every reason found, not only the first."""

    def __init__(self, *complaints: Complaint) -> None:
        super().__init__("\n".join(str(complaint) for complaint in complaints))
        self.complaints = complaints
