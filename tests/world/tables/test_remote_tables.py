"""Tables behind servers, against the real servers: the contract of tables, and the same answers as Debian's postmap."""

import os
import sqlite3
import time

import pytest

from gatepost.model.answer import Found, NotFound, Unavailable
from gatepost.testing.check_table import check_table
from gatepost.world.tables import load_table, pgsql
from gatepost.world.tables.find_now import find_now
from gatepost.world.tables.lookup_file import LookupFile
from gatepost.world.tables.registry import TABLE_TYPES
from gatepost.world.tables.server import RemoteLimits, ServerAwayError
from gatepost.world.tables.sql_query import SqlQuery
from tests.conftest import lack
from tests.world.tables.line_servers import socketmap_server, tcp_server
from tests.world.tables.real_postmap import RealPostmap

HOSTILE_KEYS = (
    "plain", "user@example.com", "USER@Example.COM", "other@example.com", "user+ext@example.com", "@example.com",
    "user@", "@", "a@b@example.com", "example.com", "sub.example.com", "user@sub.deep.example.com", "user@localhost",
    "x' or '1'='1", "x'; drop table users; --", "\\", "\\'", "\\\\' or 1=1 -- ", '" or ""="', "'", "''", "%s", "%", "_",
    "%d%u", "*", "user*", "(user)", ")(mail=*", "a,b", "a=b", "a+b", "#a", "a;b", "<a>", " lead", "trail ", "two words",
    "10.1.2.3", "2001:db8::1", "x'/*", "*/'", "`", "$1", "$(id)", "\x7f", "\x01", "nul\\0l", "dollar$$quote$$", "E'\\'",
    "very" * 60,
)  # fmt: skip
"""What an attacker would try; none holds a tab, a newline or a NUL (postmap reads its keys from lines)."""

ROWS = (
    ("plain", "one", None), ("user@example.com", "someone@example.net", "b"), ("other@example.com", "", None),
    ("x' or '1'='1", "quoted", None), ("\\", "backslash", None), ("'", "quote", None), ("%s", "percent", None),
    ("two", "first", "second"), ("two", "third", "fourth@example.org"), ("10.1.2.3", "OK", None), ("*", "star", None),
    ("(user)", "parens", None), ("user@sub.deep.example.com", "deep", "7"), ("#a", "hash", None), ("a,b", "comma", None),
    ('" or ""="', "double", None), ("user", "local@example.com", None), ("example.com", "domain", "x@y.example.com"),
)  # fmt: skip

QUERIES = {
    "new": "query = SELECT v, w FROM users WHERE k = '%s'",
    "old": "table = users\nselect_field = v\nwhere_field = k\nadditional_conditions = and v <> 'comma'",
    "parts": "query = SELECT v FROM users WHERE k = '%u@%d'",
    "user": "query = SELECT v FROM users WHERE k = '%u'",
    "domain part": "query = SELECT v FROM users WHERE k = '%d'",
    "labels": "query = SELECT v FROM users WHERE k = '%2.%1'",
    "upper": "query = SELECT v FROM users WHERE k = '%U@%D' OR k = '%S'",
    "like": "query = SELECT v FROM users WHERE k LIKE '%s%%'",
    "twice": "query = SELECT v FROM users WHERE k = '%s' OR k = '%u'",
    "format": "query = SELECT v, w FROM users WHERE k = '%s'\nresult_format = [%s|%u]%%",
    "format of domain": "query = SELECT v, w FROM users WHERE k = '%s'\nresult_format = %U %d %1",
    "limit": "query = SELECT v, w FROM users WHERE k = '%s'\nexpansion_limit = 2",
    "domain": "query = SELECT v FROM users WHERE k = '%s'\ndomain = example.org, Example.COM",
    "constant": "query = SELECT 'é''s', 1, NULL, '' FROM users WHERE k = '%s';",
    "no such table": "query = SELECT v FROM nothing WHERE k = '%s'",
}
ANSWERS_WITH_FAULT = {"limit", "no such table"}


def quote(text):
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


INSERTS = "; ".join(f"INSERT INTO users VALUES ({quote(k)}, {quote(v)}, {quote(w)})" for k, v, w in ROWS)


def write(directory, name, text):
    path = directory / name
    path.write_text(text)
    path.chmod(0o600)
    os.utime(path, (1e9, 1e9))  # postmap waits until what it reads is some seconds old
    return path


def our_values(table, keys):
    """Values by key; a failure is kept as such."""
    found = {}
    for key in keys:
        answer = find_now(table, key)
        if not isinstance(answer, NotFound):
            found[key] = answer.value if isinstance(answer, Found) else "unavailable"
    return found


def judged(judge, name, keys, *, one_by_one):
    """The values that Debian's postmap finds; asked one by one where it fails, for it ends at the first failure."""
    kind = name.partition(":")[0]
    if kind not in judge.run("-m", program="postconf").stdout.decode().split():
        lack(f"needs postfix-{kind}: install Debian's package (make peers)")
    if not one_by_one:
        return judge.ask(name, keys)
    found = {}
    for key in keys:
        done = judge.run("-q", key, name)
        if b"fatal" in done.stderr:
            found[key] = "unavailable"
        elif done.returncode == 0:
            found[key] = done.stdout.decode().removesuffix("\n")
    return found


class Sql:
    """One kind of database: how to fill it, and what its lookup files begin with."""

    def __init__(self, kind, head):
        self.kind = kind
        self.head = head


@pytest.fixture(scope="session")
def mysql_users(mariadb):
    # the judge's library sends latin1 unless told otherwise; the table is utf8mb4 with an ordinary collation
    mariadb.run("CREATE TABLE users (k VARCHAR(255), v VARCHAR(255), w VARCHAR(255)) CHARACTER SET utf8mb4")
    mariadb.run("SET sql_mode = 'NO_BACKSLASH_ESCAPES'; " + INSERTS)
    return Sql("mysql", f"hosts = unix:{mariadb.socket}\nuser = postfix\npassword = geheim-2\ndbname = mail\n")


@pytest.fixture(scope="session")
def pgsql_users(postgresql):
    postgresql.run("CREATE TABLE users (k text, v text, w text); " + INSERTS)
    return Sql("pgsql", f"hosts = 127.0.0.1:{postgresql.port}\nuser = root\ndbname = mail\n")


@pytest.fixture(scope="session")
def sqlite_users(tmp_path_factory):
    path = tmp_path_factory.mktemp("sqlite") / "users.db"
    with sqlite3.connect(path) as connection:
        connection.executescript("CREATE TABLE users (k text, v text, w text); " + INSERTS)
    connection.close()
    return Sql("sqlite", f"dbpath = {path}\n")


SQL = [
    pytest.param("mysql_users", marks=pytest.mark.peer("mariadbd", "postmap", "setpriv"), id="mysql"),
    pytest.param("pgsql_users", marks=pytest.mark.peer("postmap", "setpriv"), id="pgsql"),
    pytest.param("sqlite_users", marks=pytest.mark.peer("postmap"), id="sqlite"),
]


@pytest.fixture
def sql(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("sql", SQL, indirect=True)
def test_the_contract_of_tables(sql, tmp_path):
    good = write(tmp_path, "good.cf", sql.head + QUERIES["new"])
    broken = write(tmp_path, "broken.cf", sql.head + "query = SELECT v FROM users WHERE k = '%q'")
    two = "first,third" if sql.kind == "sqlite" else "first,second,third,fourth@example.org"
    has = {"plain": "one", "two": two}
    check_table(
        TABLE_TYPES[sql.kind],
        f"{sql.kind}:{good}",
        has=has,
        lacks=["nobody", "x' or 'x'='x"],
        broken=[f"{sql.kind}:{broken}", f"{sql.kind}:/no/such/file", f"{sql.kind}:prefix"],
    )


@pytest.mark.parametrize("sql", SQL, indirect=True)
@pytest.mark.parametrize("query", QUERIES)
def test_answers_as_postmap_does(sql, query, tmp_path):
    name = f"{sql.kind}:{write(tmp_path, 'lookup.cf', sql.head + QUERIES[query])}"
    judge = RealPostmap(tmp_path)
    has_faults = query in ANSWERS_WITH_FAULT
    keys = ("two", "plain") if has_faults else HOSTILE_KEYS
    table = load_table(name)
    assert not [c for c in table.complaints if c.severity == "error"]
    expected = judged(judge, name, keys, one_by_one=has_faults)
    assert our_values(table, keys) == expected
    assert expected, "the judge knows something"


@pytest.mark.peer("mariadbd", "setpriv")
@pytest.mark.parametrize("mode", ["", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"])
@pytest.mark.parametrize("query", ["SELECT v FROM users WHERE k = '%s'", 'SELECT v FROM users WHERE k = "%s"',
                                   "SELECT v FROM users WHERE k = %s"])  # fmt: skip
def test_no_key_breaks_out_in_any_mode_of_mysql(mysql_users, mariadb, mode, query, tmp_path):
    mariadb.run(f"SET GLOBAL sql_mode = '{mode}'")
    try:
        table = load_table(f"mysql:{write(tmp_path, 'lookup.cf', f'{mysql_users.head}query = {query}')}")
        known = {key: value for key, value, _ in ROWS if value}
        for key in (*HOSTILE_KEYS, "a\nb", "ÿ'", "\udcbf\udc27", "é' or 1=1 #"):
            answer = find_now(table, key)
            if key in known and known[key] != "first":
                assert answer == Found(known[key]), key
            elif isinstance(answer, Found):
                assert key.lower().rstrip() in known, f"{key!r} broke out: {answer}"
            else:
                assert isinstance(answer, NotFound), (key, answer)
    finally:
        mariadb.run("SET GLOBAL sql_mode = DEFAULT")


@pytest.mark.peer("setpriv")
def test_postgresql_holds_no_thread_longer_than_the_deadline(postgresql):
    """libpq waits for an answer for ever where the server's kernel still acknowledges; the connection is given up."""
    values = {"hosts": f"127.0.0.1:{postgresql.port}", "user": "root", "dbname": "mail"}
    connection = pgsql.connector(LookupFile("lookup.cf", None, values), RemoteLimits(deadline_s=0.5))()
    assert connection.rows(SqlQuery(("SELECT 'one'",)), ()) == [("one",)]
    began = time.monotonic()
    with pytest.raises(ServerAwayError):
        connection.rows(SqlQuery(("SELECT pg_sleep(60)",)), ())
    connection.close()
    assert time.monotonic() - began < 30


@pytest.mark.peer("mariadbd", "setpriv", "openssl")
def test_mysql_over_tls(mysql_users, mariadb, tmp_path):
    mariadb.run("CREATE USER tls@'%' IDENTIFIED BY 'geheim-4' REQUIRE SSL; GRANT SELECT ON mail.* TO tls@'%'")
    head = f"hosts = 127.0.0.1:{mariadb.port}\nuser = tls\npassword = geheim-4\ndbname = mail\n{QUERIES['new']}\n"
    trusted = f"tls_CAfile = {mariadb.directory}/cert.pem\ntls_verify_cert = yes\n"
    others = "tls_CAfile = /etc/ssl/certs/ca-certificates.crt\n"
    good = find_now(load_table(f"mysql:{write(tmp_path, 'good.cf', head + trusted)}"), "plain")
    wrong = find_now(load_table(f"mysql:{write(tmp_path, 'wrong.cf', head + others)}"), "plain")
    assert good == Found("one")
    assert isinstance(wrong, Unavailable) and "certificate" in wrong.why and "geheim" not in wrong.why, wrong


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("mysql", "SELECT v FROM `%s`"),
        ("mysql", "SELECT v FROM t -- %s"),
        ("mysql", "SELECT v FROM t WHERE a /* %s */ = 1"),
        ("pgsql", 'SELECT v FROM "%s"'),
        ("pgsql", "SELECT v FROM t WHERE k = E'%s'"),
        ("pgsql", "SELECT v FROM t WHERE k = $$%s$$"),
        ("sqlite", "SELECT v FROM [%s]"),
    ],
)
def test_a_place_where_a_key_cannot_stand_is_a_fault(kind, query, tmp_path):
    table = load_table(f"{kind}:{write(tmp_path, 'lookup.cf', f'dbpath = /x{chr(10)}query = {query}')}")
    assert [c.severity for c in table.complaints] == ["error"]
    assert "a key cannot stand in" in table.complaints[0].text
    assert isinstance(find_now(table, "x"), Unavailable)


LDIF = """\
dn: cn=plain,dc=example,dc=com
objectClass: inetOrgPerson
cn: plain
sn: x
mail: user@example.com
mail: second@example.com
givenName: One

dn: cn=hostile (*),dc=example,dc=com
objectClass: inetOrgPerson
cn: hostile (*)
sn: *
mail: (user)
givenName: parens

dn: cn=group,dc=example,dc=com
objectClass: groupOfNames
cn: group
member: cn=plain,dc=example,dc=com
member: cn=hostile (*),dc=example,dc=com
"""

LDAP_QUERIES = {
    "mail": "query_filter = (mail=%s)\nresult_attribute = givenName",
    "bare filter": "query_filter = mail=%s\nresult_attribute = mail, givenName",
    "user": "query_filter = (cn=%u)\nresult_attribute = mail\nresult_format = %s via %d",
    "base": "search_base = cn=%u,dc=example,dc=com\nscope = base\nquery_filter = (objectClass=*)\nresult_attribute = sn",
    "group": "query_filter = (cn=%s)\nresult_attribute = mail\nspecial_result_attribute = member",
    "leaf": "query_filter = (cn=%s)\nresult_attribute = sn\nleaf_result_attribute = mail\nspecial_result_attribute = member",
    "terminal": "query_filter = (mail=%s)\nresult_attribute = mail\nterminal_result_attribute = givenName",
    "limit": "query_filter = (mail=%s)\nresult_attribute = mail\nexpansion_limit = 1",
    "domain": "query_filter = (mail=%s)\nresult_attribute = givenName\ndomain = example.com",
    "one": "query_filter = (mail=%s)\nscope = one\nresult_attribute = givenName",
}


@pytest.fixture(scope="session")
def ldap_head(openldap):
    openldap.run(LDIF)
    server = f"server_host = ldap://127.0.0.1:{openldap.port}\nversion = 3\ntimeout = 5\n"
    return f"{server}bind_dn = cn=admin,dc=example,dc=com\nbind_pw = secret-of-ldap\n"


@pytest.mark.peer("slapd", "postmap", "setpriv")
@pytest.mark.parametrize("query", LDAP_QUERIES)
def test_ldap_answers_as_postmap_does(ldap_head, query, tmp_path):
    base = "" if query == "base" else "search_base = dc=example,dc=com\n"
    name = f"ldap:{write(tmp_path, 'lookup.cf', ldap_head + base + LDAP_QUERIES[query])}"
    has_faults = query == "limit"
    keys = ("user@example.com", "(user)") if has_faults else ("group", "hostile (*)", *HOSTILE_KEYS)
    keys = (*keys, "plain@example.com", "second@example.com") if not has_faults else keys
    table = load_table(name)
    assert not [c for c in table.complaints if c.severity == "error"], table.complaints
    expected = judged(RealPostmap(tmp_path), name, keys, one_by_one=has_faults)
    assert our_values(table, keys) == expected
    assert expected, "the judge knows something"


@pytest.mark.peer("slapd", "setpriv")
def test_the_contract_of_ldap(ldap_head, tmp_path):
    text = f"{ldap_head}search_base = dc=example,dc=com\n{LDAP_QUERIES['mail']}"
    good, broken = write(tmp_path, "good.cf", text), write(tmp_path, "broken.cf", f"{text}\nscope = all")
    has = {"user@example.com": "One", "(user)": "parens"}
    names = [f"ldap:{broken}", "ldap:/no/such/file"]
    check_table(TABLE_TYPES["ldap"], f"ldap:{good}", has=has, lacks=["*", "nobody"], broken=names)


VALUES = {
    "plain": "one",
    "user@example.com": "someone, two words",
    "x' or '1'='1": "quoted",
    "%s": "100 %",
    "*": "star",
}


@pytest.mark.peer("postmap")
def test_tcp_is_as_postmap_and_keeps_the_contract(tmp_path):
    raw = {"later": b"400 not%20now\n", "junk": b"hello\n"}
    with tcp_server(VALUES, raw) as port:
        name = f"tcp:127.0.0.1:{port}"
        assert our_values(load_table(name), HOSTILE_KEYS) == RealPostmap(tmp_path).ask(name, HOSTILE_KEYS)
        table = load_table(name)
        assert find_now(table, "later") == Unavailable(f"{name}: not now")
        assert isinstance(find_now(table, "junk"), Unavailable)
        broken = ["tcp:127.0.0.1", "tcp:127.0.0.1:smtp"]
        check_table(TABLE_TYPES["tcp"], name, has=VALUES, lacks=["nobody"], broken=broken)


@pytest.mark.peer("postmap")
def test_socketmap_is_as_postmap_and_keeps_the_contract(tmp_path):
    raw = {"later": b"TEMP not now", "never": b"PERM no", "junk": b"what"}
    with socketmap_server(VALUES, raw) as port:
        name = f"socketmap:inet:127.0.0.1:{port}:users"
        assert our_values(load_table(name), HOSTILE_KEYS) == RealPostmap(tmp_path).ask(name, HOSTILE_KEYS)
        table = load_table(name)
        assert find_now(table, "later") == Unavailable(f"{name}: TEMP not now")
        assert all(isinstance(find_now(table, key), Unavailable) for key in ("never", "junk"))
        broken = ["socketmap:inet:127.0.0.1:x:users", "socketmap:unix:users", "socketmap:x:y:z"]
        check_table(TABLE_TYPES["socketmap"], name, has=VALUES, lacks=["nobody"], broken=broken)
