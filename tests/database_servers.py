"""Private database servers for tests: MariaDB, PostgreSQL, OpenLDAP, each in a new directory, on a socket and a free port.

    with mariadb() as server:
        server.run("CREATE TABLE t (k VARCHAR(99), v VARCHAR(99))")
        server.kill(); server.start()

As root they run as nobody. None outlives its test, nor a test run that is killed (setpriv --pdeathsig).
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from gatepost.testing.free_ports import free_port
from tests.conftest import find_program, lack

PATIENCE_S = 30.0
IS_ROOT = os.geteuid() == 0
POSTGRES_PATHS = ":".join(str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))


def program(name: str) -> str:
    """Where a program is."""
    return find_program(name) or shutil.which(name, path=POSTGRES_PATHS) or name


def as_nobody(command: list[str]) -> list[str]:
    """The command run without root's rights, ending with the test run."""
    drop = ["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"] if IS_ROOT else []
    return ["setpriv", *drop, "--pdeathsig", "KILL", "--", *command]


def run_quietly(command: list[str], directory: Path) -> None:
    """Run a program that prepares something."""
    done = subprocess.run(as_nobody(command), capture_output=True, text=True, cwd=directory, timeout=60)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def wait_until(condition, what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.02)


class PrivateServer:
    """One server: `command` starts it, `is_ready` says when it answers."""

    NEEDS: tuple[str, ...] = ("setpriv",)

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def is_ready(self) -> bool:
        raise NotImplementedError

    def launch(self) -> None:
        """Start it, in the main thread: the kernel ends it with the thread that started it."""
        with (self.directory / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                as_nobody(self.command()),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.directory,
                start_new_session=True,
            )

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.launch()
        wait_until(lambda: self.is_ready() or self.process.poll() is not None, "the server to start")
        assert self.process.poll() is None, (self.directory / "server.log").read_text(errors="replace")[-2000:]

    def kill(self) -> None:
        """kill -9, its whole process group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


class Mariadb(PrivateServer):
    NEEDS = ("setpriv", "mariadbd", "mariadb-install-db", "openssl")

    @property
    def socket(self) -> str:
        return f"{self.directory}/mysqld.sock"

    def make(self) -> None:
        options = ["--no-defaults", f"--datadir={self.directory}/data", "--skip-test-db"]
        options += [
            "--auth-root-authentication-method=normal",
            "--innodb-use-native-aio=0",
            f"--tmpdir={self.directory}",
        ]
        run_quietly([program("mariadb-install-db"), *options], self.directory)
        names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        files = ["-keyout", f"{self.directory}/key.pem", "-out", f"{self.directory}/cert.pem"]
        command = [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files]
        run_quietly(command, self.directory)

    def command(self) -> list[str]:
        return [
            program("mariadbd"),
            "--no-defaults",
            f"--datadir={self.directory}/data",
            f"--socket={self.socket}",
            f"--pid-file={self.directory}/pid",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            "--innodb-buffer-pool-size=16M",
            "--innodb-flush-log-at-trx-commit=0",
            "--innodb-use-native-aio=0",
            f"--ssl-cert={self.directory}/cert.pem",
            f"--ssl-key={self.directory}/key.pem",
            f"--tmpdir={self.directory}",
            "--skip-name-resolve",
        ]

    def is_ready(self) -> bool:
        return self._client("SELECT 1").returncode == 0

    def _client(self, sql: str, database: str = "") -> subprocess.CompletedProcess[str]:
        command = [program("mariadb"), "--no-defaults", "-uroot", f"--socket={self.socket}", "-N", "-B"]
        command += ["--default-character-set=utf8mb4", *([database] if database else [])]
        return subprocess.run(command, input=sql, text=True, capture_output=True, timeout=30)

    def run(self, sql: str, database: str = "mail") -> str:
        done = self._client(sql, database)
        assert done.returncode == 0, done.stderr
        return done.stdout


class Postgresql(PrivateServer):
    NEEDS = ("setpriv", "initdb", "postgres")

    def make(self) -> None:
        options = ["-D", f"{self.directory}/data", "-U", "root", "-A", "trust", "-E", "UTF8", "--no-sync"]
        options += ["--locale=C"]
        run_quietly([program("initdb"), *options], self.directory)

    def command(self) -> list[str]:
        options = ["-k", str(self.directory), "-h", "127.0.0.1", "-p", str(self.port), "-F"]
        return [program("postgres"), "-D", f"{self.directory}/data", *options]

    def is_ready(self) -> bool:
        return self._client("SELECT 1", "postgres").returncode == 0

    def _client(self, sql: str, database: str) -> subprocess.CompletedProcess[str]:
        command = [program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "root", "-h", str(self.directory)]
        command += ["-p", str(self.port), "-d", database]
        return subprocess.run(command, input=sql, text=True, capture_output=True, timeout=30)

    def run(self, sql: str, database: str = "mail") -> str:
        done = self._client(sql, database)
        assert done.returncode == 0, done.stderr
        return done.stdout


SLAPD_CONF = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/misc.schema
pidfile {directory}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
access to * by * read
database mdb
suffix "dc=example,dc=com"
rootdn "cn=admin,dc=example,dc=com"
rootpw secret-of-ldap
directory {directory}/data
"""


class Openldap(PrivateServer):
    NEEDS = ("setpriv", "slapd", "ldapadd")

    def make(self) -> None:
        (self.directory / "data").mkdir()
        (self.directory / "slapd.conf").write_text(SLAPD_CONF.format(directory=self.directory))
        if IS_ROOT:
            shutil.chown(self.directory / "data", "nobody")

    def command(self) -> list[str]:
        config = f"{self.directory}/slapd.conf"
        return [program("slapd"), "-f", config, "-h", f"ldap://127.0.0.1:{self.port}/", "-d", "0"]

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def run(self, ldif: str) -> None:
        command = [
            program("ldapadd"),
            "-x",
            "-H",
            f"ldap://127.0.0.1:{self.port}",
            "-D",
            "cn=admin,dc=example,dc=com",
        ]
        done = subprocess.run(
            [*command, "-w", "secret-of-ldap"], input=ldif, text=True, capture_output=True, timeout=30
        )
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def _running(kind):
    missing = [name for name in kind.NEEDS if not shutil.which(program(name))]
    if missing:
        lack(f"needs {', '.join(missing)}: install Debian's package (make peers)")
    directory = Path(tempfile.mkdtemp(prefix="gatepost-db-"))
    server = kind(directory)
    try:
        directory.chmod(0o755)
        if IS_ROOT:
            shutil.chown(directory, "nobody")
        server.make()
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(directory, ignore_errors=True)


@contextlib.contextmanager
def mariadb() -> Iterator[Mariadb]:
    """A MariaDB with an empty database `mail` and the user postfix, password `geheim-2`."""
    with _running(Mariadb) as server:
        server.run("CREATE DATABASE mail; CREATE USER postfix@'%' IDENTIFIED BY 'geheim-2'", "mysql")
        server.run("CREATE USER postfix@localhost IDENTIFIED BY 'geheim-2'", "mysql")
        server.run("GRANT ALL ON mail.* TO postfix@'%'; GRANT ALL ON mail.* TO postfix@localhost", "mysql")
        yield server


@contextlib.contextmanager
def postgresql() -> Iterator[Postgresql]:
    """A PostgreSQL with an empty database `mail`; everybody is trusted, the user is `root`."""
    with _running(Postgresql) as server:
        server.run("CREATE DATABASE mail", "postgres")
        yield server


@contextlib.contextmanager
def openldap() -> Iterator[Openldap]:
    """An OpenLDAP with dc=example,dc=com; the administrator's password is `secret-of-ldap`."""
    with _running(Openldap) as server:
        top = "dn: dc=example,dc=com\nobjectClass: dcObject\nobjectClass: organization\no: x\ndc: example\n"
        server.run(top)
        yield server
