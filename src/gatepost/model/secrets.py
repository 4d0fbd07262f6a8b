"""Values of the configuration as anybody may see them: without passwords.

A message that quotes a value (a complaint, a log line) may show neither the password in a URL nor the value of a
parameter whose name says that it is one. `gatepost postconf` prints values as they are, as Postfix's does: who may
read main.cf may run it.
"""

import re

SECRET_NAMES = ("password", "bind_pw")
"""The parameters of lookup files, and those of main.cf that end so, whose values nobody may see."""

HIDDEN = "..."

_IN_URL = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)\S*@", re.IGNORECASE)
_IN_OPTIONS = re.compile(r"([?&](?:password|passwd|pw|secret)=)[^\s&]+", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """The text with `...` for the passwords of URLs in it."""
    if "://" not in text:
        return text
    return _IN_OPTIONS.sub(rf"\1{HIDDEN}", _IN_URL.sub(rf"\1{HIDDEN}@", text))


def holds_secret(name: str, value: str) -> bool:
    """There is a password in this parameter, or it is one."""
    return bool(value) and (is_secret(name) or without_secrets(value) != value)


def is_secret(name: str) -> bool:
    """The parameter of this name is a password."""
    return name.endswith(SECRET_NAMES)
