"""The names of a recipient's Maildir and of a message in it.

`directory_name`: the whole recipient address, ASCII letters in lower case, with every octet of its UTF-8 form
but `a-z 0-9 @ . _ + = -` written as `%xx`; a leading dot is written `%2e`, so no name is hidden, `.` or `..`, and
none holds a slash. No two addresses share a name, but for the case of ASCII letters. (Other letters keep their
case: folding them would send mail for the Kelvin sign to `k`.) A name of more than 200 octets is cut to 100 and
ends with `~` and the SHA-256 of the address; `~` stands in no other name. (File names may have 255 octets.)

    Bob@Example.com         bob@example.com
    ../../etc/passwd@x      %2e.%2f..%2fetc%2fpasswd@x

`unique_name`: as the Maildir specification asks: seconds, then M microseconds, P process, Q count, R chance, then
the host with `/` and `:` written as octal escapes.
"""

import hashlib
import itertools
import os
import re
import time

NAME_LIMIT_OCTETS = 200
KEPT_OCTETS = 100

_UNSAFE = re.compile(rb"[^a-z0-9@._+=-]|\A\.")
_count = itertools.count(1)


def directory_name(address: str) -> str:
    """Give the name of the Maildir of `address`: one path component that no address can choose freely."""
    folded = address.encode("utf-8", "surrogatepass").lower()
    name = _UNSAFE.sub(lambda found: b"%%%02x" % found[0][0], folded).decode("ascii") or "%"
    if len(name) <= NAME_LIMIT_OCTETS:
        return name
    return f"{name[:KEPT_OCTETS]}~{hashlib.sha256(folded).hexdigest()}"


def unique_name(host_name: str) -> str:
    """Give a file name that no other delivery has, in this process or another, on this machine or another."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    host = host_name.replace("/", r"\057").replace(":", r"\072")
    chance = os.urandom(4).hex()
    return f"{seconds}.M{nanoseconds // 1000}P{os.getpid()}Q{next(_count)}R{chance}.{host}"
