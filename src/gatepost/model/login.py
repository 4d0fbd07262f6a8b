"""What comes of one step of a login (RFC 4954): the server asks on, or it is decided, or nobody can tell."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Challenge:
    """The client is to answer this; octets, not base64."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The client has proved to be this user."""

    username: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It has not. `reason` may be told to the client, "" where there is none; `username` is whom it claimed to be."""

    reason: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class NoVerdict:
    """Whoever knows the users cannot be asked; `reason` may be told to the client."""

    reason: str = ""
    username: str = ""


Step = Challenge | LoggedIn | Refused | NoVerdict
