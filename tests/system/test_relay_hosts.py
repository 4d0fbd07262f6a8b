"""`gatepost hosts` beside a running server: what it changes counts at once, and serves on without its database."""

import smtplib
import subprocess

import pytest

from tests.database_servers import mariadb
from tests.system.running_gate import GATEPOST, PATIENCE_S, running_gate, wait_until


def relays(port: int, client: str) -> int:
    """The code of the reply to a recipient elsewhere."""
    with smtplib.SMTP("127.0.0.1", port, "client.example", timeout=PATIENCE_S, source_address=(client, 0)) as session:
        session.ehlo()
        session.mail("ann@sender.example")
        return session.rcpt("friend@elsewhere.example")[0]


@pytest.mark.peer("mariadbd")
def test_a_change_counts_without_a_reload_and_the_table_serves_without_its_database(tmp_path):
    lookup, connection = tmp_path / "hosts.cf", tmp_path / "database.cf"
    mynetworks = f"mynetworks = proxy:mysql:{lookup}\n"
    (tmp_path / "main.cf").write_text(mynetworks)

    def hosts(*words: str) -> None:
        subprocess.run([GATEPOST, "hosts", "-c", str(tmp_path), *words], check=True, timeout=PATIENCE_S)

    with mariadb() as server:
        connection.write_text(f"hosts = unix:{server.socket}\nuser = postfix\npassword = geheim-2\ndbname = mail\n")
        hosts("init", f"mysql:{connection}", "--write", str(lookup))
        hosts("add", "127.0.0.2", "--client", "Shop Ltd")
        hosts("add", "127.1.0.0/16")
        with running_gate(mynetworks) as gate:
            assert [relays(gate.port, client) for client in ("127.0.0.2", "127.1.2.3", "127.0.0.3")] == [
                250,
                250,
                554,
            ]
            hosts("disable", "127.0.0.2")
            wait_until(lambda: relays(gate.port, "127.0.0.2") == 554, "the refusal")
            hosts("enable", "127.0.0.2")
            wait_until(lambda: relays(gate.port, "127.0.0.2") == 250, "the permission")
            server.kill()
            clients = {"127.1.2.3": 250, "127.1.7.7": 250, "127.0.0.3": 554, "127.0.0.9": 554}
            assert {client: relays(gate.port, client) for client in clients} == clients
            assert "geheim-2" not in gate.log()
