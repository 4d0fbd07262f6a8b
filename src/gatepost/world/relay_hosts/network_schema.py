"""The table of networks that `gatepost hosts init` makes, and the query that Postfix and Gatepost ask it by.

    network                    as written: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32
    first_address last_address as compared (see relay_host.py)
    active                     yes or no
    client note                whose it is, and what is to be said of it
    added_by added_at          who and when, in UTC
    expires_at                 until when, in UTC; empty: without end

The query turns the key, an address, into the text that is compared; a name turns into NULL, so that it is not found.
MariaDB and MySQL can do so themselves; for PostgreSQL `init` makes a function; SQLite does it with what it has.
`snapshot_query` is for Gatepost alone: the networks that serve while the database is away.
"""

from dataclasses import dataclass

TABLE_NAME = "relay_hosts"
FUNCTION = "gatepost_address_key"

COLUMNS = frozenset(
    ["network", "first_address", "last_address", "active", "client", "note", "added_by", "added_at", "expires_at"]
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between databases. `key` selects the text to compare, as `address`; it is as a lookup file has it:
    `'%s'` is the key that is asked for, `%%` a per cent sign.
    """

    text_32: str
    time: str
    now: str
    key: str
    preparation: str = ""
    table_options: str = ""


_SQLITE_KEY = """\
WITH given(t) AS (SELECT '%s'),
    sides(l, r) AS (SELECT substr(t, 1, instr(t || '::', '::') - 1), substr(t, instr(t || '::', '::') + 2)
        FROM given WHERE t GLOB '*:*' AND NOT t GLOB '*[^0-9a-f:]*'),
    digits(l, r) AS (SELECT
        (SELECT coalesce(group_concat(substr('000' || value, -4), ''), '')
            FROM json_each('["' || replace(l, ':', '","') || '"]') WHERE value <> ''),
        (SELECT coalesce(group_concat(substr('000' || value, -4), ''), '')
            FROM json_each('["' || replace(r, ':', '","') || '"]') WHERE value <> '') FROM sides),
    octets(list) AS (SELECT '[' || replace(t, '.', ',') || ']' FROM given WHERE NOT t GLOB '*[^0-9.]*')
    SELECT l || substr('00000000000000000000000000000000', 1, 32 - length(l) - length(r)) || r AS address FROM digits
    UNION ALL SELECT (SELECT group_concat(printf('%%02x', value), '') FROM json_each(list))
        FROM octets WHERE json_valid(list)"""
"""Without functions for addresses: groups of IPv6 are made four digits each, zeros for `::`; octets of IPv4 two."""

DIALECTS = {
    "mysql": Dialect(
        text_32="VARCHAR(32) CHARACTER SET ascii",
        time="DATETIME",
        now="UTC_TIMESTAMP()",
        key="SELECT LOWER(HEX(INET6_ATON('%s'))) AS address",
        table_options=" DEFAULT CHARACTER SET utf8mb4",
    ),
    "pgsql": Dialect(
        text_32='VARCHAR(32) COLLATE "C"',
        time="TIMESTAMP(0)",
        now="(now() AT TIME ZONE 'utc')",
        key=f"SELECT {FUNCTION}('%s') AS address",
        preparation=f"""\
CREATE OR REPLACE FUNCTION {FUNCTION}(key text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$ BEGIN
    RETURN encode(substring(inet_send(key::inet) FROM 5), 'hex');
EXCEPTION WHEN others THEN RETURN NULL; END $$""",
    ),
    "sqlite": Dialect(text_32="VARCHAR(32)", time="TEXT", now="datetime('now')", key=_SQLITE_KEY),
}
"""By the table type of the lookup file."""


def creation(kind: str, table: str) -> tuple[str, ...]:
    """The statements that make the table where it is not there."""
    d = DIALECTS[kind]
    network = d.text_32.replace("32", "43")
    create = f"""\
CREATE TABLE {table} (
    network {network} NOT NULL PRIMARY KEY,
    first_address {d.text_32} NOT NULL,
    last_address {d.text_32} NOT NULL,
    active VARCHAR(3) NOT NULL DEFAULT 'yes' CHECK (active IN ('yes', 'no')),
    client VARCHAR(255) NOT NULL DEFAULT '',
    note VARCHAR(1000) NOT NULL DEFAULT '',
    added_by VARCHAR(64) NOT NULL DEFAULT '',
    added_at {d.time} NOT NULL,
    expires_at {d.time} NULL
){d.table_options}"""
    index = f"CREATE INDEX {table.replace('.', '_')}_range ON {table} (first_address, last_address)"
    return (*filter(None, [d.preparation]), create, index)


def lookup_queries(kind: str, table: str) -> str:
    """The lines `query` and `snapshot_query` of the lookup file."""
    d = DIALECTS[kind]
    is_valid = f"active = 'yes' AND (expires_at IS NULL OR expires_at > {d.now})"
    condition = f"""{is_valid}
    AND k.address BETWEEN first_address AND last_address AND length(k.address) = length(first_address)"""
    return f"""\
query = SELECT network FROM {table}, ({d.key}) k
    WHERE {condition}
    LIMIT 1
snapshot_query = SELECT network, network FROM {table}
    WHERE {is_valid}
"""  # noqa: S608 - the name of a table, as the administrator gives it
