"""Lookup files and the queries in them: read as Postfix reads them, secrets kept, keys held in their place."""

import shutil
import sqlite3
import time

import pytest

from gatepost.model.answer import NOT_FOUND, Found
from gatepost.world.relay_hosts.lookup_files import lookup_text
from gatepost.world.tables import load_table
from gatepost.world.tables.database_hosts import DatabaseHost, Failover, read_hosts
from gatepost.world.tables.find_now import find_now
from gatepost.world.tables.key_template import parse_template
from gatepost.world.tables.lookup_file import LookupFile, read_lookup_file
from gatepost.world.tables.registry import TABLE_TYPES
from gatepost.world.tables.server import ServerAwayError
from gatepost.world.tables.sql_query import read_queries
from gatepost.world.tables.table import TableError, TableRequest
from tests.conftest import SHARED


def read(path, text):
    path.write_text(text)
    path.chmod(0o600)
    return read_lookup_file(TableRequest(f"mysql:{path}", str(path)))


def values(**given):
    return LookupFile("test", None, given)


def test_lines_continue_the_last_wins_and_quotes_belong_to_the_value(tmp_path):
    text = "# c\nuser = me\npassword = 'geheim' #1\nhosts = a, b\n  c:3307\nuser = you\nadditional_conditions = and active='yes'\n"
    file = read(tmp_path / "f", text)
    assert (file.user, file.password, file.hosts) == ("you", "'geheim' #1", ("a", "b", "c:3307"))
    assert file.additional_conditions == "and active='yes'"
    assert [c.text for c in file.complaints] == ["user stands here again; line 2 is overridden"]


def test_a_line_without_equals_makes_the_table_unusable(tmp_path):
    with pytest.raises(TableError, match="without a name and ="):
        read(tmp_path / "f", "user me\n")


def test_passwords_are_never_shown_and_open_files_are_told(tmp_path):
    path = tmp_path / "f"
    file = read(path, "user = me\npassword = geheim-77\n")
    assert file.complaints == () and "geheim" not in repr(file)
    assert file.conceal("denied for geheim-77!") == "denied for …!"
    path.chmod(0o644)
    (complaint,) = read_lookup_file(TableRequest(f"mysql:{path}", str(path))).complaints
    assert "everybody" in complaint.text and complaint.severity == "warning" and "geheim" not in str(complaint)
    path.write_text("hosts = postgresql://me:geheim-77@db.example/mail\n")
    file = read_lookup_file(TableRequest(f"pgsql:{path}", str(path)))
    assert "everybody" in file.complaints[0].text and "geheim" not in file.conceal(f"bad URI: {file.hosts[0]}")
    assert "geheim" not in lookup_text("pgsql", file, "relay_hosts", shows_secrets=False)


def test_a_prefix_reads_main_cf(tmp_path):
    main_cf = {"pfx_dbpath": str(tmp_path / "db"), "pfx_query": "SELECT v FROM t WHERE k='%s'", "pfx_cache_ttl": "0"}
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.executescript("CREATE TABLE t (k, v); INSERT INTO t VALUES ('a', 1.5)")
    table = load_table("sqlite:pfx", parameter=main_cf.get)
    assert find_now(table, "a") == Found("1.5")


@pytest.mark.shared
def test_real_files_are_read():
    files = sorted((SHARED / "data/configs/tables").iterdir())
    words = (b"\nquery =", b"\nquery=", b"\nselect_field", b"\nserver_host")
    seen = [path for path in files if any(word in b"\n" + path.read_bytes() for word in words)]
    wrong = {}
    for path in seen:
        kind = "ldap" if b"server_host" in path.read_bytes() else "mysql"
        errors = [c for c in load_table(f"{kind}:{path}").complaints if c.severity == "error"]
        if errors:
            wrong[path.name] = errors
    assert len(seen) > 40
    assert set(wrong) <= {"ServerContainers+mail-box__config__postfix__mysql-email2email.cf"}, wrong


@pytest.mark.parametrize(
    ("template", "key", "expected"),
    [
        ("%s", "a@b.c", "a@b.c"), ("%u|%d", "a@b@c.d", "a@b|c.d"), ("%u", "plain", "plain"), ("%d", "plain", None),
        ("%u", "@b.c", None), ("%d", "a@", None), ("%u", "a@", "a"), ("%1.%2", "a@x.y.z", "z.y"), ("%4", "a@x.y.z", None),
        ("%%%s%%", "k", "%k%"), ("fixed", "k", "fixed"), ("%s", "", None), ("%S%U%D", "a@b", "a@bab"),
    ],
)  # fmt: skip
def test_templates(template, key, expected):
    assert parse_template(template).fill(key) == expected


@pytest.mark.parametrize(
    ("query", "snapshot"),
    [
        ("SELECT 'OK' FROM t WHERE ip='%s' AND active='yes'", "SELECT ip, 'OK' FROM t WHERE 1=1 AND active='yes'"),
        ("select v from t where `key` = '%s';", "SELECT `key`, v from t where 1=1"),
        ("SELECT v FROM t WHERE a='b' AND t.k = '%s'", "SELECT t.k, v FROM t WHERE a='b' AND 1=1"),
        ("SELECT v FROM t WHERE k='%s' AND (a=1 OR b=2)", "SELECT k, v FROM t WHERE 1=1 AND (a=1 OR b=2)"),
        ("SELECT v FROM t WHERE k='%s' OR a=1", None),
        ("SELECT v FROM t WHERE NOT k='%s'", None),
        ("SELECT v FROM t WHERE a + k='%s'", None),
        ("SELECT v FROM t WHERE k='%s' LIMIT 1", None),
        ("SELECT v FROM t WHERE k='%s' UNION SELECT w FROM u", None),
        ("SELECT v FROM t WHERE k='%u'", None),
        ("SELECT v FROM t WHERE k LIKE '%s'", None),
        ("SELECT v FROM t WHERE lower(k)='%s'", None),
        ("SELECT v FROM t WHERE (k='%s' OR a=1)", None),
        ("SELECT v FROM t WHERE k='%s' AND w='%s'", None),
        ("SELECT v FROM t WHERE k='%s' || 'x'", None),
        ("SELECT COUNT(*) FROM t WHERE k='%s'", None),
        ("SELECT IF(max(v) > 1, 'OK', NULL) FROM t WHERE k='%s'", None),
        ("SELECT v FROM t WHERE (a=1 OR b=2 AND k='%s' AND c=3)", None),
        ("SELECT v FROM t LEFT JOIN u ON t.a=u.a AND u.k='%s' AND u.b=1 WHERE t.c=1", None),
        (
            "SELECT v FROM t JOIN u ON t.a=u.a AND (t.b=1) WHERE u.k='%s'",
            "SELECT u.k, v FROM t JOIN u ON t.a=u.a AND (t.b=1) WHERE 1=1",
        ),
    ],
)
def test_the_query_for_all_keys(query, snapshot):
    queries = read_queries(values(query=query), "mysql")
    found = queries.snapshot and queries.snapshot.texts[0].split("\nLIMIT")[0]
    assert found == snapshot


def test_the_old_form_and_its_snapshot():
    given = values(table="hosts", select_field="IP", where_field="IP", additional_conditions="and active='yes'")
    queries = read_queries(given, "mysql")
    assert queries.query.texts == ("SELECT IP FROM hosts WHERE IP=", " and active='yes'")
    assert queries.snapshot.texts[0].startswith("SELECT IP, IP FROM hosts WHERE 1=1 and active='yes'\nLIMIT ")
    assert read_queries(values(select_function="f"), "pgsql").query.texts == ("SELECT f(", ")")
    with pytest.raises(TableError, match="no query"):
        read_queries(values(table="t", select_field="v"), "mysql")


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        ("", [DatabaseHost()]), ("localhost", [DatabaseHost()]), ("inet:localhost", [DatabaseHost()]),
        ("unix:/s.sock", [DatabaseHost(path="/s.sock")]), ("a:1, [::1]:2", [DatabaseHost("a", 1), DatabaseHost("::1", 2)]),
        ("inet:127.0.0.1:3307", [DatabaseHost("127.0.0.1", 3307)]), ("2001:db8::1", [DatabaseHost("2001:db8::1")]),
    ],
)  # fmt: skip
def test_hosts(hosts, expected):
    assert list(read_hosts(values(hosts=hosts), localhost_is_socket=True)) == expected


def test_a_server_that_failed_comes_last_and_a_socket_first():
    failover = Failover((DatabaseHost("a"), DatabaseHost("b"), DatabaseHost(path="/s")))
    tried = []

    def connect(host):
        tried.append(str(host))
        if str(host) == "unix:/s":
            raise ServerAwayError("gone")
        return host

    assert failover.connect(connect).host in "ab" and tried[0] == "unix:/s"
    tried.clear()
    assert failover.connect(connect).host in "ab" and len(tried) == 1

    def refuse(host):
        tried.append(str(host))
        raise ServerAwayError(f"{host}: gone")

    tried.clear()
    with pytest.raises(ServerAwayError, match="gone"):
        failover.connect(refuse)
    assert sorted(tried) == ["a", "b", "unix:/s"]


def sqlite_table(path, query, rows, name="lookup.cf"):
    with sqlite3.connect(path / "db") as connection:
        connection.executescript(f"CREATE TABLE IF NOT EXISTS t (k text, v text); {rows}")
    connection.close()
    (path / name).write_text(f"dbpath = {path}/db\n{query}\n")
    return f"sqlite:{path}/{name}"


def test_composed_tables_wait_for_their_members(tmp_path):
    name = sqlite_table(
        tmp_path, "query = SELECT v FROM t WHERE k='%s'", "INSERT INTO t VALUES ('a', 'b'), ('c', 'd')"
    )
    piped = load_table(f"pipemap:{{{name}, inline:{{b=B}}}}")
    assert find_now(piped, "a") == Found("B") and find_now(piped, "c") == NOT_FOUND
    united = load_table(f"unionmap:{{inline:{{a=A}}, proxy:{name}}}")
    assert find_now(united, "a") == Found("A,b") and find_now(united, "x") == NOT_FOUND


@pytest.mark.parametrize(("more", "found"), [
    ("", "no"), ("snapshot_query = SELECT k, v FROM t", "yes"),
])  # fmt: skip
def test_a_row_is_a_network_only_where_the_snapshot_is_given(more, found, tmp_path):
    """`WHERE k='%s'` finds 10.0.0.0/8 for no address, so neither may what stands in for it."""
    query = f"query = SELECT v FROM t WHERE k='%s'\n{more}"
    source = source_of(sqlite_table(tmp_path, query, "INSERT INTO t VALUES ('10.0.0.0/8', 'yes')"))
    whole = source.make_snapshot(0.0, source.server().whole())
    assert isinstance(whole.find("10.0.0.0/8", "x"), Found)
    assert whole.find("10.1.2.3", "x") == (Found("yes") if found == "yes" else NOT_FOUND)


def test_more_rows_than_allowed_are_no_outage(tmp_path):
    """Two rows with one key and expansion_limit = 1: the table cannot be kept whole, and its server is there."""
    query = "query = SELECT v FROM t WHERE k='%s'\nexpansion_limit = 1"
    source = source_of(sqlite_table(tmp_path, query, "INSERT INTO t VALUES ('a', 'b'), ('a', 'c'), ('d', 'e')"))
    assert source.server().whole() is None


def test_files_of_tls_are_read_at_load_and_not_by_workers(tmp_path):
    authorities = tmp_path / "ca.pem"
    shutil.copy("/etc/ssl/certs/ca-certificates.crt", authorities)
    (tmp_path / "f").write_text(f"hosts = 127.0.0.1:1\nquery = SELECT '%s'\ntls_CAfile = {authorities}\n")
    source = source_of(f"mysql:{tmp_path}/f")
    authorities.unlink()
    with pytest.raises(ServerAwayError, match=r"127\.0\.0\.1:1"):
        source.server().check()


def source_of(name):
    kind, _, path = name.partition(":")
    return TABLE_TYPES[kind].load(TableRequest(name, path))


def test_a_change_shows_after_the_cache_ttl(tmp_path):
    name = sqlite_table(
        tmp_path, "query = SELECT v FROM t WHERE k='%s'\ncache_ttl = 1s", "INSERT INTO t VALUES ('a', 'b')"
    )
    table = load_table(name)
    assert find_now(table, "a") == Found("b")
    sqlite_table(tmp_path, "", "UPDATE t SET v = 'new'", name="other")
    assert find_now(table, "a") == Found("b")
    time.sleep(1.05)
    assert find_now(table, "a") == Found("new")
