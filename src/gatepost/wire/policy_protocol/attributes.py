"""A list of attributes on the wire: `name=value`, LF after each, an empty line after the last.

Gives: octets. A value can hold anything but what ends a line or a text: NUL, CR and LF become `?`, so no client can
add an attribute to a request, whatever it said. (Postfix keeps CR; but some servers take it for the end of a line.)
Non-ASCII text is UTF-8; octets that were none are sent as they came.
Postfix: SMTPD_POLICY_README, "Protocol description".
"""

from collections.abc import Iterable

_FORBIDDEN = {0: "?", 10: "?", 13: "?"}


def encode_attributes(attributes: Iterable[tuple[str, str]]) -> bytes:
    """The octets of one list; the names are ours and are not looked at."""
    lines = [f"{name}={value.translate(_FORBIDDEN) if _is_unfit(value) else value}\n" for name, value in attributes]
    lines.append("\n")
    text = "".join(lines)
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _is_unfit(value: str) -> bool:
    return "\n" in value or "\r" in value or "\0" in value
