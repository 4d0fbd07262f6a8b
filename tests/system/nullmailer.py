"""nullmailer's qmqp module, from Debian's package, unpacked without installing it: it would replace Postfix.

The package is downloaded once, by apt-get as it is, into var/peers; without apt-get or a network the test is skipped.
Version 2 of nullmailer gives a module its options on standard input and the message on descriptor 3.
"""

import shutil
import subprocess
from pathlib import Path

from tests.conftest import ROOT, lack

HOME = ROOT / "var" / "peers" / "nullmailer"
MODULE = HOME / "usr" / "lib" / "nullmailer" / "qmqp"
PERMANENT = 32
"""Set in the exit status where the server has refused the message for good (nullmailer's errors.h)."""


def qmqp_module() -> Path:
    """Where the module is."""
    if not MODULE.exists():
        if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
            lack("needs nullmailer's qmqp module: apt-get and dpkg-deb would unpack it")
        HOME.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["apt-get", "-q", "download", "nullmailer"], cwd=HOME, capture_output=True, timeout=60)
        packages = list(HOME.glob("nullmailer_*.deb"))
        if done.returncode != 0 or not packages:
            lack("needs nullmailer's qmqp module: apt-get download nullmailer")
        subprocess.run(["dpkg-deb", "-x", packages[0], HOME], check=True, timeout=60)
    return MODULE


def hand_over(port: int, message: bytes, directory: Path) -> subprocess.CompletedProcess[str]:
    """Hand over a message in nullmailer's format: the sender, recipients, an empty line, the text."""
    path = directory / "nullmailer-message"
    path.write_bytes(message)
    return subprocess.run(
        ["sh", "-c", 'exec "$0" 3<"$1"', str(qmqp_module()), str(path)],
        input=f"host=127.0.0.1\nport={port}\n\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
