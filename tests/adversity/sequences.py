"""What a smuggler writes for CRLF . CRLF: pairs of things that some server somewhere has taken for a line end.

Only CRLF . CRLF ends a message (RFC 5321 section 4.1.1.4). A sequence that holds it ends one rightly and is left out.
"""

import itertools

CLASSIC = (b"\r", b"\n", b"\r\n")

LINE_ENDS = (
    *CLASSIC,
    b"\r\r",
    b"\n\r",
    b"\r\0\n",
    b"\r\n\0",
    b"\0\n",
    b"\0\r",
    b"\v",
    b"\f",
    b"\x1c",
    b"\x85",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\x8d\x8a",
)
"""CR and LF in every order, with NUL in between; what Unicode, Python and EBCDIC call line ends; CRLF with high bits."""

DOTS = (b"\0.", b".\0", b"..", b"\xae")

END = b"\r\n.\r\n"


def false_ends() -> tuple[bytes, ...]:
    """All of them: a dot between any two line ends, and something like a dot between the classic ones."""
    made = [
        *(first + b"." + last for first, last in itertools.product(LINE_ENDS, LINE_ENDS)),
        *(first + dot + last for first, dot, last in itertools.product(CLASSIC, DOTS, CLASSIC)),
    ]
    return tuple(dict.fromkeys(each for each in made if END not in each))
