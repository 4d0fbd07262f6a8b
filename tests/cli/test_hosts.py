"""`gatepost hosts` against real databases, with Debian's postmap as the judge of the lookup files that it writes."""

import json
import os
import sqlite3
import stat
import subprocess
from contextlib import ExitStack

import pytest
from click.testing import CliRunner

from gatepost.cli import hosts as command
from gatepost.cli.main import main
from tests.conftest import find_program
from tests.database_servers import mariadb, postgresql

PASSWORD = "geheim-2"
GUIDE_TABLE = """\
CREATE TABLE allowed_hosts (
    active {yes_or_no} NOT NULL DEFAULT 'yes', IP VARCHAR(15) NOT NULL,
    Client VARCHAR(40) NOT NULL, Comments VARCHAR(255) NOT NULL)"""
OLD_FORM = """\
table = allowed_hosts
select_field = IP
where_field = IP
additional_conditions = and active='yes'
"""
NEW_FORM = "query = SELECT IP FROM allowed_hosts WHERE IP='%s' AND active='yes'\n"


class Site:
    """One kind of database, its connection lines, and a configuration directory."""

    def __init__(self, kind, connection, run, directory):
        self.kind = kind
        self.connection = connection
        self.sql = run
        self.directory = directory
        self.lookup = directory / "hosts.cf"

    def configure(self, lookup, mynetworks="127.0.0.0/8, proxy:{kind}:{lookup}"):
        """Write main.cf, master.cf and the lookup file."""
        self.lookup.unlink(missing_ok=True)
        self.write(self.lookup, self.connection + lookup)
        networks = mynetworks.format(kind=self.kind, lookup=self.lookup)
        (self.directory / "main.cf").write_text(f"compatibility_level = 3.6\nmynetworks = {networks}\n")
        (self.directory / "master.cf").write_text("")

    def write(self, path, text):
        path.write_text(text)
        path.chmod(0o640)

    def drop(self, *tables):
        for table in tables:
            self.sql(f"DROP TABLE IF EXISTS {table}")

    def __call__(self, *words, status=0):
        """Run a subcommand."""
        done = CliRunner().invoke(main, ["hosts", words[0], "-c", str(self.directory), *words[1:]])
        assert done.exit_code == status, f"{done.exit_code}: {done.stdout}{done.stderr}{done.exception!r}"
        assert PASSWORD not in done.stdout + done.stderr
        return done.stdout.strip() if status == 0 else done.stderr.strip()

    def listed(self):
        return {each["network"]: each for each in json.loads(self("list", "--json"))}

    def postfix_knows(self, *addresses):
        """What Postfix's own table reader says of each, by the same lookup file."""
        judge = self.directory / "postfix"
        judge.mkdir(exist_ok=True)
        (judge / "main.cf").write_text("compatibility_level = 3.6\n")
        for path in (judge / "main.cf", self.lookup):
            os.utime(path, (1e9, 1e9))  # postmap waits until what it reads is some seconds old
        done = subprocess.run(
            [find_program("postmap"), "-c", str(judge), "-q", "-", f"{self.kind}:{self.lookup}"],
            input="".join(f"{address}\n" for address in addresses), capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        assert not done.stderr, done.stderr
        found = dict(line.split("\t") for line in done.stdout.splitlines())
        return [address in found for address in addresses]


@pytest.fixture(scope="module", params=["mysql", "pgsql", "sqlite"])
def site(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp("site")
    with ExitStack() as stack:
        if request.param == "mysql":
            server = stack.enter_context(mariadb())
            lines = f"hosts = unix:{server.socket}\nuser = postfix\npassword = {PASSWORD}\ndbname = mail\n"
            run = server.run
        elif request.param == "pgsql":
            server = stack.enter_context(postgresql())
            server.run(f"CREATE USER postfix PASSWORD '{PASSWORD}'", "postgres")
            server.run("GRANT CREATE, USAGE ON SCHEMA public TO postfix")
            lines = f"hosts = 127.0.0.1:{server.port}\nuser = postfix\npassword = {PASSWORD}\ndbname = mail\n"
            run = server.run
        else:
            path = directory / "hosts.db"
            database = stack.enter_context(sqlite3.connect(path, isolation_level=None))
            lines = f"dbpath = {path}\n"
            run = database.execute
        yield Site(request.param, lines, run, directory)


pytestmark = pytest.mark.peer("mariadbd", "psql", "postmap")


def only(*kinds):
    """For what the others have not."""
    return pytest.mark.parametrize("site", kinds, indirect=True)


@pytest.fixture
def guide(site):
    """The guide's table, empty, behind mynetworks in the old form."""
    site.drop("allowed_hosts")
    yes_or_no = "ENUM('yes','no')" if site.kind == "mysql" else "VARCHAR(3)"
    site.sql(GUIDE_TABLE.format(yes_or_no=yes_or_no))
    if site.kind == "pgsql":
        site.sql("GRANT ALL ON allowed_hosts TO postfix")
    site.configure(OLD_FORM)
    return site


@pytest.fixture
def networks(site):
    """A table that init made, behind mynetworks."""
    site.drop("relay_hosts")
    site.configure("")
    site.lookup.rename(site.directory / "database.cf")
    said = site("init", f"{site.kind}:{site.directory}/database.cf", "--write", str(site.lookup))
    assert f"proxy:{site.kind}:{site.lookup}" in said
    return site


@pytest.mark.parametrize("form", [OLD_FORM, NEW_FORM])
def test_the_guides_table_as_it_stands(guide, form):
    guide.configure(form)
    assert guide("add", "203.0.113.7", "--client", "Shop Ltd") == "added 203.0.113.7 (Shop Ltd)"
    assert guide("add", "203.0.113.8", "--client", "O'Neill \\ Söhne", "--note", "100 % '; DROP TABLE x --")
    assert guide.postfix_knows("203.0.113.7", "203.0.113.8", "203.0.113.9", "unknown") == [True, True, False, False]
    listed = guide.listed()
    assert listed["203.0.113.7"]["note"] == ""
    assert (listed["203.0.113.8"]["client"], listed["203.0.113.8"]["note"]) == (
        "O'Neill \\ Söhne",
        "100 % '; DROP TABLE x --",
    )
    assert "203.0.113.7 may relay: mynetworks element proxy" in guide("check", "203.0.113.7")
    assert guide("disable", "203.0.113.7") == "disabled 203.0.113.7 (Shop Ltd)"
    assert guide.postfix_knows("203.0.113.7", "203.0.113.8") == [False, True]
    assert not guide.listed()["203.0.113.7"]["is_active"]
    assert "is there already, switched off: gatepost hosts enable" in guide("add", "203.0.113.7", status=1)
    guide("check", "203.0.113.7", status=1)
    guide("enable", "203.0.113.7")
    assert guide.postfix_knows("203.0.113.7") == [True]
    guide("remove", "203.0.113.8")
    assert set(guide.listed()) == {"203.0.113.7"}
    for word in ("enable", "disable", "remove"):
        assert "203.0.113.8 is not in the table" in guide(word, "203.0.113.8", status=1)


def test_what_the_guides_table_cannot_hold(guide):
    assert "holds single addresses" in guide("add", "203.0.113.0/28", status=78)
    assert "no column for an end" in guide("add", "203.0.113.7", "--expires", "30d", status=78)
    assert guide.listed() == {}


@only("mysql", "pgsql")
def test_an_address_that_is_too_long_for_its_column(guide):
    assert "too long" in guide("add", "2001:db8:1234:5678:9abc::1", status=1).lower()
    assert guide.listed() == {}


@only("mysql")
def test_a_server_that_is_not_strict_and_cuts_off_is_found_out(guide):
    guide.sql("SET GLOBAL sql_mode = ''", "mysql")
    try:
        assert "too narrow; make it VARCHAR(39)" in guide("add", "2001:db8:1234:5678:9abc::1", status=78)
    finally:
        guide.sql("SET GLOBAL sql_mode = 'STRICT_TRANS_TABLES'", "mysql")


def test_networks_and_both_families(networks):
    networks("add", "203.0.113.0/28", "--client", "Shop Ltd", "--note", "until they move")
    networks("add", "198.51.100.7")
    networks("add", "2001:db8:1::/48")
    networks("add", "[2001:db8:2::7]")
    addresses = {
        "203.0.113.0": True, "203.0.113.15": True, "203.0.113.16": False, "203.0.112.255": False,
        "198.51.100.7": True, "198.51.100.70": False,
        "2001:db8:1::": True, "2001:db8:1:ffff:ffff:ffff:ffff:ffff": True, "2001:db8:1:0:1::7": True,
        "2001:db8:2::7": True, "2001:db8:2::70": False, "2001:db8:0:ffff::1": False, "::1": False, "::": False,
        "unknown": False, "mail.example.com": False, "com": False, "1.2.3": False, "cafe": False,
    }  # fmt: skip
    assert networks.postfix_knows(*addresses) == list(addresses.values())
    for address in ("203.0.113.15", "2001:db8:1:0:1::7", "198.51.100.7"):
        assert f"{address} may relay" in networks("check", address)
    networks("check", "203.0.113.16", status=1)
    networks("check", "2001:db8:2::8", status=1)
    shop = networks.listed()["203.0.113.0/28"]
    assert (shop["client"], shop["note"], shop["is_active"]) == ("Shop Ltd", "until they move", True)
    assert shop["added_by"]
    assert shop["added_at"].endswith("Z")
    assert list(networks.listed()) == ["198.51.100.7", "203.0.113.0/28", "2001:db8:1::/48", "2001:db8:2::7"]
    table = networks("list").splitlines()
    assert table[0].split() == ["NETWORK", "RELAYS", "CLIENT", "NOTE", "ADDED", "BY"]
    assert table[2].startswith("203.0.113.0/28   yes     Shop Ltd  until they move")
    networks("disable", "203.0.113.0/28")
    assert networks.postfix_knows("203.0.113.5", "198.51.100.7") == [False, True]
    assert "is there already" in networks("add", "203.0.113.0/28", status=1)
    networks("remove", "203.0.113.0/28")
    networks("add", "203.0.113.0/28")
    assert networks.postfix_knows("203.0.113.5") == [True]


def test_an_entry_expires(networks, monkeypatch):
    networks("add", "203.0.113.7", "--expires", "12h")
    networks("add", "203.0.113.8", "--expires", "2999-01-31")
    networks("add", "203.0.113.9", "--expires", "2020-01-31")
    assert networks.postfix_knows("203.0.113.7", "203.0.113.8", "203.0.113.9") == [True, True, False]
    listed = networks.listed()
    assert listed["203.0.113.8"]["expires_at"] == "2999-01-31T23:59:59Z"
    assert [each["has_expired"] for each in listed.values()] == [False, False, True]
    assert "expired" in networks("list").splitlines()[3]
    networks("check", "203.0.113.9", status=1)
    for bad in ("tomorrow", "2026-02-30", "5x", ""):
        assert "neither a day" in networks("add", "203.0.113.10", "--expires", bad, status=2)


@pytest.mark.parametrize(
    ("network", "why"),
    [
        ("0.0.0.0/0", "is everybody"),
        ("::/0", "is everybody"),
        ("10.0.0.0/15", "wider than /16"),
        ("2001:db8::/31", "wider than /32"),
        ("172.17.0.1", "holds 172.17.0.1, the gateway of this machine"),
        ("172.17.0.0/16", "holds 172.17.0.1, the gateway of this machine"),
    ],
)
def test_what_is_not_added_unforced(networks, monkeypatch, network, why):
    monkeypatch.setattr(command, "default_gateways", lambda: frozenset({"172.17.0.1", "fe80::1"}))
    assert why in networks("add", network, status=1)
    assert networks.listed() == {}
    networks("add", network, "--force")
    assert list(networks.listed()) == [network]
    networks("remove", network)


def test_usage(networks):
    assert "write 192.0.2.0/24" in networks("add", "192.0.2.1/24", status=2)
    assert "neither an address nor a network" in networks("add", "mail.example.com", status=2)
    assert "is not an IP address" in networks("check", "mail.example.com", status=2)
    for text in ("two\nlines", "nul\0", "\udcff"):
        assert "holds a line end" in networks("add", "192.0.2.1", "--note", text, status=2)
    assert "not the name of a table" in networks("init", "--name", "a; DROP TABLE b", status=2)


def test_init_again_changes_nothing_and_shows_no_password(networks):
    networks("add", "203.0.113.7")
    text = networks("init")
    assert "relay_hosts" in text
    assert "query = SELECT network FROM relay_hosts" in text
    assert list(networks.listed()) == ["203.0.113.7"]
    assert stat.S_IMODE(networks.lookup.stat().st_mode) == 0o640
    if os.geteuid() == 0:
        assert networks.lookup.group() == "postfix", "that of mail_owner"
    assert networks.kind == "sqlite" or PASSWORD in networks.lookup.read_text()
    assert "File exists" in networks("init", "--write", str(networks.lookup), status=1)
    other = networks.directory / "other.cf"
    other.unlink(missing_ok=True)
    networks.drop("other_hosts")
    networks("init", "--name", "other_hosts", "--write", str(other))
    networks("add", "203.0.113.8", "--lookup", f"{networks.kind}:{other}")
    assert list(networks.listed()) == ["203.0.113.7"]


def test_init_leaves_a_table_of_others_alone(guide):
    assert "there is another table allowed_hosts" in guide("init", "--name", "allowed_hosts", status=78)


@only("mysql", "pgsql")
def test_the_user_of_the_lookup_file_may_only_read(networks):
    reader, identified = ("reader@'%'", "IDENTIFIED BY") if networks.kind == "mysql" else ("reader", "PASSWORD")
    networks.sql(f"CREATE USER {reader} {identified} '{PASSWORD}'")
    networks.sql(f"GRANT SELECT ON relay_hosts TO {reader}")
    text = networks.lookup.read_text()
    networks.write(networks.lookup, text.replace("user = postfix", "user = reader"))
    login = networks.directory / "login.cf"
    networks.write(login, f"user = postfix\npassword = {PASSWORD}\n")
    assert networks.listed() == {}
    assert "name one who has it: --login FILE" in networks("add", "203.0.113.7", status=1)
    networks("add", "203.0.113.7", "--login", str(login))
    assert networks.postfix_knows("203.0.113.7") == [True]


def test_nobody_answers(networks):
    text = networks.lookup.read_text()
    gone = {"mysql": "hosts = unix:/nowhere", "pgsql": "hosts = 127.0.0.1:1", "sqlite": "dbpath = /nowhere/hosts.db"}
    lines = [gone[networks.kind] if line.startswith(("hosts", "dbpath")) else line for line in text.splitlines()]
    networks.write(networks.lookup, "\n".join(lines) + "\n")
    for words in (("list",), ("add", "203.0.113.7"), ("init",)):
        assert str(networks.lookup) in networks(*words, status=1)
    said = CliRunner().invoke(main, ["hosts", "check", "-c", str(networks.directory), "203.0.113.7"])
    assert said.exit_code == 1
    assert "cannot be told" in said.stdout


@only("mysql")
def test_a_wrong_password_is_not_told(networks):
    text = networks.lookup.read_text()
    networks.write(networks.lookup, text.replace(PASSWORD, "falsch-3"))
    said = networks("list", status=1)
    assert "denied" in said.lower()
    assert "falsch-3" not in said


def test_a_lookup_file_that_everybody_can_read_is_told_of(networks):
    networks.lookup.chmod(0o644)
    done = CliRunner().invoke(main, ["hosts", "list", "-c", str(networks.directory)])
    assert done.exit_code == 0
    assert networks.kind == "sqlite" or "everybody on this machine can read the password" in done.stderr


class TestWithoutADatabase:
    """What is wrong with the configuration itself."""

    @pytest.fixture
    def plain(self, tmp_path) -> Site:
        return Site("sqlite", "", None, tmp_path)

    @pytest.mark.parametrize(
        ("mynetworks", "lookup", "why"),
        [
            ("127.0.0.0/8", "", "names no table of a database"),
            ("127.0.0.0/8, cidr:/etc/postfix/x", "", "names no table of a database"),
            ("sqlite:{lookup}, pgsql:{lookup}", "", "names several"),
            ("sqlite:/nowhere/hosts.cf", "", "/nowhere/hosts.cf"),
            ("sqlite:{lookup}", "nonsense\n", "a line without a name and ="),
            ("sqlite:{lookup}", "query = SELECT 1\n", "names no database"),
            ("sqlite:{lookup}", "dbpath = {db}\nquery = SELECT 1\n", "does not say which table"),
            ("sqlite:{lookup}", "dbpath = {db}\nquery = SELECT a FROM b WHERE c='%s'\n", "there is no table b"),
            (
                "sqlite:{lookup}",
                "dbpath = {db}\nquery = SELECT a FROM other WHERE c='%s'\n",
                "neither those of the guide",
            ),
        ],
    )
    def test_it_is_told_and_the_exit_status_is_78(self, plain, mynetworks, lookup, why):
        database = plain.directory / "hosts.db"
        with sqlite3.connect(database) as connection:
            connection.execute("CREATE TABLE other (a TEXT, c TEXT)")
        connection.close()
        plain.configure(lookup.format(db=database), mynetworks)
        assert why in plain("list", status=78)
        assert why in plain("add", "203.0.113.7", status=78)

    def test_the_parameters_may_stand_in_main_cf(self, plain):
        database = plain.directory / "hosts.db"
        with sqlite3.connect(database) as connection:
            connection.execute(GUIDE_TABLE.format(yes_or_no="VARCHAR(3)"))
        connection.close()
        plain.configure("", "sqlite:relay")
        with (plain.directory / "main.cf").open("a") as main_cf:
            main_cf.writelines(f"relay_{line}\n" for line in (f"dbpath = {database}", *OLD_FORM.splitlines()))
        plain("add", "203.0.113.7")
        assert "element sqlite:relay holds it" in plain("check", "203.0.113.7")

    def test_check_looks_at_every_element_in_its_order(self, plain):
        (plain.directory / "more").write_text("# ours\n!198.51.100.66 198.51.100.0/24\n")
        more = plain.directory / "more"
        plain.configure("", f"127.0.0.0/8, {more}, branch.example.com, [2001:db8::]/32, 10.0.0.1/8")
        assert "element 127.0.0.0/8 holds it" in plain("check", "127.0.0.1")
        assert "element 198.51.100.0/24 holds it" in plain("check", "198.51.100.7")
        assert "element [2001:db8::]/32 holds it" in plain("check", "[2001:db8::1]")
        named = plain("check", "192.0.2.1", "--client-name", "pc.branch.example.com")
        assert "element branch.example.com holds it" in named
        plain("check", "198.51.100.66", status=1)
        done = CliRunner().invoke(main, ["hosts", "check", "-c", str(plain.directory), "192.0.2.1", "--json"])
        told = json.loads(done.stdout)
        assert done.exit_code == 1
        assert (told["element"], told["may_relay"]) == ("10.0.0.1/8", False)
        assert "host bits" in told["why"]

    def test_the_directory_may_be_named_anywhere(self, plain):
        plain.configure("", "127.0.0.0/8")
        where = ["-c", str(plain.directory)]
        for words in ([*where, "hosts", "check"], ["hosts", *where, "check"], ["hosts", "check", *where]):
            assert CliRunner().invoke(main, [*words, "127.0.0.1"]).exit_code == 0
