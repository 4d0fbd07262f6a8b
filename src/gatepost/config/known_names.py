"""Which parameter names mean something: Postfix's, Gatepost's, and those that a configuration makes for itself.

Beside the declared ones a name is legal when it is

    a restriction class             smtpd_restriction_classes = myclass
    mentioned somewhere             mynetworks = $my_nets; -o smtpd_client_restrictions=$mua_client
    a parameter of a transport      one of master.cf: <service>_destination_recipient_limit, <service>_time_limit
    a parameter of a table          virtual_alias_maps = mysql:pfx: pfx_hosts, pfx_user …

Any other name in main.cf is most likely a mistake: Postfix's postconf calls it unused, Gatepost warns and names the
nearest one that exists.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from gatepost.config.expansion import names_referred_to
from gatepost.config.main_cf import Entry
from gatepost.config.master_cf import MasterRow
from gatepost.config.parameters import default_values, postfix_facts
from gatepost.model.errors import Complaint

_DELIVERY_AGENTS = frozenset({"smtp", "lmtp", "local", "virtual", "error", "pipe"})
_TIMED_AGENTS = frozenset({"pipe", "spawn"})
TRANSPORT_DEFAULTS = {
    "delivery_slot_cost": "$default_delivery_slot_cost",
    "delivery_slot_discount": "$default_delivery_slot_discount",
    "delivery_slot_loan": "$default_delivery_slot_loan",
    "destination_concurrency_failed_cohort_limit": "$default_destination_concurrency_failed_cohort_limit",
    "destination_concurrency_limit": "$default_destination_concurrency_limit",
    "destination_concurrency_negative_feedback": "$default_destination_concurrency_negative_feedback",
    "destination_concurrency_positive_feedback": "$default_destination_concurrency_positive_feedback",
    "destination_rate_delay": "$default_destination_rate_delay",
    "destination_recipient_limit": "$default_destination_recipient_limit",
    "extra_recipient_limit": "$default_extra_recipient_limit",
    "initial_destination_concurrency": "$initial_destination_concurrency",
    "minimum_delivery_slots": "$default_minimum_delivery_slots",
    "recipient_limit": "$default_recipient_limit",
    "recipient_refill_delay": "$default_recipient_refill_delay",
    "recipient_refill_limit": "$default_recipient_refill_limit",
    "transport_rate_delay": "$default_transport_rate_delay",
}
"""What qmgr(8) reads for each delivery agent of master.cf, with its default."""

_SQL = "user password dbname hosts domain expansion_limit query result_format table select_field where_field"
_OURS = "cache_ttl stale_ttl deadline"
_SQL += f" additional_conditions snapshot_query {_OURS}"
_TLS = "tls_CAfile tls_CApath tls_cert_file tls_key_file tls_ciphers tls_verify_cert option_file option_group"
_LDAP = (
    "server_host server_port search_base query_filter result_attribute special_result_attribute"
    " leaf_result_attribute terminal_result_attribute result_format domain recursion_limit expansion_limit"
    " size_limit dereference bind bind_dn bind_pw scope chase_referrals cache cache_expiry cache_size version"
    " timeout debuglevel start_tls tls_ca_cert_file tls_ca_cert_dir tls_cert tls_key tls_require_cert"
    " tls_random_file tls_cipher_suite sasl_mechs sasl_realm sasl_authz_id sasl_minssf result_filter lookup_timeout"
    f" {_OURS}"
)
_MEMCACHE = (
    "memcache backup flags ttl_offset key_format line_size_limit data_size_limit max_try retry_pause timeout domain"
)
TABLE_SUFFIXES = {
    "mysql": frozenset(f"{_SQL} {_TLS} require_result_set".split()),
    "pgsql": frozenset(f"{_SQL} select_function".split()),
    "sqlite": frozenset(f"dbpath {_SQL}".split()),
    "ldap": frozenset(_LDAP.split()),
    "memcache": frozenset(_MEMCACHE.split()),
}
"""The parameters of a table that is configured in main.cf itself: mysql_table(5), pgsql_table(5) and so on."""

_PREFIXED_TABLE = re.compile(r"\b(mysql|pgsql|sqlite|ldap|memcache):(?![/.])([^\s,{}]+)")


def transport_parameters(rows: Iterable[MasterRow]) -> Iterator[tuple[str, str]]:
    """Names and defaults of the parameters that the rows of master.cf make."""
    for row in rows:
        if row.command in _DELIVERY_AGENTS:
            yield from ((f"{row.service}_{suffix}", value) for suffix, value in TRANSPORT_DEFAULTS.items())
        if row.command in _TIMED_AGENTS:
            yield f"{row.service}_time_limit", "$command_time_limit"


def names_in_use(entries: Iterable[Entry], rows: Iterable[MasterRow], classes: Iterable[str]) -> frozenset[str]:
    """Every legal name, the mentioned ones and those of defaults included."""
    rows = tuple(rows)
    facts = postfix_facts()
    values = [entry.value for entry in entries if not (entry.name in facts and facts[entry.name].is_raw)]
    values += [entry.value for row in rows for entry in row.overrides]
    known = set(default_values()) | {"config_directory"} | set(classes)
    known.update(name for name, _ in transport_parameters(rows))
    known.update(name for value in (*values, *default_values().values()) for name in names_referred_to(value))
    known.update(name for value in values for name in _table_parameters(value))
    return frozenset(known)


def _table_parameters(value: str) -> Iterator[str]:
    for kind, prefix in _PREFIXED_TABLE.findall(value):
        yield from (f"{prefix}_{suffix}" for suffix in TABLE_SUFFIXES[kind])


def unknown_names(entries: Iterable[Entry], legal: frozenset[str]) -> Iterator[Complaint]:
    """A warning for each entry whose name means nothing.

    A parameter of a transport that another master.cf may have is none of Gatepost's business, and passes.
    """
    for entry in entries:
        if entry.name in legal or entry.name.endswith(_TRANSPORT_ENDINGS):
            continue
        near = nearest_name(entry.name)
        cure = f"did you mean {near}?" if near else "remove the line, or refer to it as $name"
        yield Complaint("warning", entry.place, f"unknown parameter {_printable(entry.name)}", cure)


_TRANSPORT_ENDINGS = tuple(f"_{suffix}" for suffix in (*TRANSPORT_DEFAULTS, "time_limit"))


@lru_cache(maxsize=256)
def nearest_name(name: str) -> str:
    """The known name that is spelt most like this one; "" when none is near."""
    near = difflib.get_close_matches(name[:100], default_values(), n=1, cutoff=0.8)
    return near[0] if near else ""


def _printable(name: str) -> str:
    shown = "".join(c if c.isprintable() else "?" for c in name)
    return shown if len(shown) <= 60 else shown[:57] + "..."
