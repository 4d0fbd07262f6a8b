"""What the guide says to try, in a network of its own: `telnet localhost 628`, and a line that is no netstring.

unshare -mn --pid --fork --kill-child --mount-proc python -m tests.system.telnet_628
"""

import subprocess
import sys

from tests.system.qmqp import MAIN_CF
from tests.system.running_gate import running_gate


def main() -> int:
    """Start the gate on port 628 and show what telnet shows."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    row = "628 inet n - n - 100 qmqpd\n"
    with running_gate(f"{MAIN_CF}qmqpd_authorized_clients = 127.0.0.0/8 [::1]\n", master_cf=row) as gate:
        done = subprocess.run(
            ["sh", "-c", "(sleep 0.3; echo hello; sleep 1) | telnet localhost 628"],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        print(done.stdout, done.stderr, gate.log())
    return 0


if __name__ == "__main__":
    sys.exit(main())
