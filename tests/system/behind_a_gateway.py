"""Run Gatepost behind a default gateway that speaks for strangers, and print as JSON what clients heard.

    unshare --mount --net --pid --fork --kill-child --mount-proc python -m tests.system.behind_a_gateway DIRECTORY

Needs root and ip(8). The network has this machine (10.77.0.2), its gateway (10.77.0.1), and an address beside it
(10.77.0.3), each of which can connect. The program runs with two workers, and is told to reload in between; what its
smtpd door has found its policyd door knows.
"""

import json
import signal
import smtplib
import socket
import subprocess
import sys
import time
from pathlib import Path

HERE, GATEWAY, NEIGHBOUR = "10.77.0.2", "10.77.0.1", "10.77.0.3"
PORT, POLICYD_PORT = 2525, 2526
PATIENCE_S = 20.0

NETWORK = f"""\
link set lo up
link add lan0 type veth peer name lan1
addr add {HERE}/24 dev lan0
link set lan0 up
link set lan1 up
route add default via {GATEWAY}
addr add {GATEWAY}/32 dev lo
addr add {NEIGHBOUR}/32 dev lo
"""
"""The gateway becomes an address of this machine after the route: so it can connect, as Docker's proxy does."""

MAIN_CF = """\
compatibility_level = 3.6
myhostname = gate.example.com
inet_interfaces = 10.77.0.2
mydestination =
relay_domains = example.com
local_recipient_maps =
mynetworks = 10.77.0.0/24
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
smtpd_peername_lookup = no
smtpd_proxy_filter = 127.0.0.1:2
trust_guard = enforce
policyd_restrictions = permit_mynetworks, reject
worker_processes = 2
mail_owner =
"""


def main(directory: Path) -> None:
    for line in NETWORK.splitlines():
        subprocess.run(["ip", *line.split()], check=True)
    (directory / "main.cf").write_text(f"{MAIN_CF}data_directory = {directory}\n")
    (directory / "master.cf").write_text(
        f"{HERE}:{PORT} inet n - n - - smtpd\n127.0.0.1:{POLICYD_PORT} inet n - n - - policyd\n"
    )
    log = directory / "log"
    with log.open("wb") as output:
        gate = subprocess.Popen(
            [sys.executable, "-m", "gatepost.cli.main", "run", "-c", str(directory)], stdout=output, stderr=output
        )
    heard = {}
    try:
        wait_for(log, "daemon started")
        heard["before"] = [relays(GATEWAY, f"mail.d{n}.example") for n in range(2)]
        heard["found"] = [relays(GATEWAY, f"mail.d{n}.example") for n in range(2, 12)]
        heard["neighbour"] = [relays(NEIGHBOUR, f"mail.d{n}.example") for n in range(6)]
        gate.send_signal(signal.SIGHUP)
        wait_for(log, "reloaded")
        heard["reloaded"] = [relays(GATEWAY, "mail.d1.example") for _ in range(6)]
        heard["policyd"] = [action(client) for client in (GATEWAY, NEIGHBOUR)]
    finally:
        gate.terminate()
        gate.wait(PATIENCE_S)
    heard["log"] = [line for line in log.read_text().splitlines() if "trust guard" in line or "mynetworks" in line]
    print(json.dumps(heard))


def relays(client: str, helo_name: str) -> int:
    """The code of the reply to a recipient elsewhere. The next hop is down, so that who may relay hears 451."""
    with smtplib.SMTP(
        HERE, PORT, local_hostname=helo_name, timeout=PATIENCE_S, source_address=(client, 0)
    ) as session:
        session.helo()
        session.mail("ann@sender.example")
        return session.rcpt("victim@elsewhere.example")[0]


def action(client: str) -> str:
    """What the policyd door answers about a recipient of this client."""
    attributes = {
        "request": "smtpd_access_policy", "protocol_state": "RCPT", "protocol_name": "SMTP", "helo_name": "a.example",
        "client_address": client, "client_name": "unknown", "reverse_client_name": "unknown",
        "sender": "ann@sender.example", "recipient": "victim@elsewhere.example",
    }  # fmt: skip
    with socket.create_connection(("127.0.0.1", POLICYD_PORT), PATIENCE_S) as connection:
        connection.sendall("".join(f"{name}={value}\n" for name, value in attributes.items()).encode() + b"\n")
        return connection.makefile("rb").readline().decode().strip()


def wait_for(log: Path, words: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while words not in log.read_text():
        assert time.monotonic() < end, f"waited in vain for {words!r}:\n{log.read_text()}"
        time.sleep(0.05)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
