"""ldap: entries of a directory.

`ldap:/path/to/file` is a lookup file in the syntax of ldap_table(5): `server_host` (hosts or ldap://, ldaps:// and
ldapi:// addresses), `server_port`, `search_base`, `scope`, `query_filter`, `result_attribute`,
`terminal_result_attribute`, `leaf_result_attribute`, `special_result_attribute` (distinguished names and ldap:
addresses are followed, `recursion_limit` deep), `result_format`, `expansion_limit`, `size_limit`, `domain`, `bind`
(yes or no), `bind_dn`, `bind_pw`, `dereference`, `chase_referrals`, `timeout`, `start_tls`, `tls_*`. Keys are escaped
(RFC 4515 in the filter, RFC 4514 in the base). The protocol is always LDAPv3; SASL binds are not made.

Unavailable: the server is away and the key not known, or the search fails; `pip install gatepost[ldap]` is missing.
RFC: 4511, 4514, 4515, 4516
Postfix: ldap_table(5)
"""

import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from gatepost.model.answer import NOT_FOUND, Answer, Found, Unavailable
from gatepost.world.tables.database_hosts import Failover
from gatepost.world.tables.key_template import BadTemplateError, KeyTemplate, parse_template
from gatepost.world.tables.lookup_file import LookupFile, read_lookup_file
from gatepost.world.tables.remote import RemoteSource
from gatepost.world.tables.server import Reconnecting, ServerAwayError
from gatepost.world.tables.sql_table import (
    QueryRefusedError,
    Results,
    read_domains,
    read_limits,
    read_results,
)
from gatepost.world.tables.table import TableRequest, TableType, fault

PORTS = {"ldap": 389, "ldaps": 636}
SCOPES = {"sub": "SUBTREE", "one": "LEVEL", "base": "BASE"}
DEREFERENCES = ("NEVER", "SEARCH", "BASE", "ALWAYS")
EVERYTHING = "(objectClass=*)"

_GONE = (51, 52, 81, 85)
"""busy, unavailable; server down and timeout as clients number them."""


@dataclass(frozen=True, slots=True)
class LdapHost:
    """One server."""

    scheme: str
    host: str
    port: int

    @property
    def is_unix(self) -> bool:
        """It is a socket of this machine."""
        return self.scheme == "ldapi"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}" if self.port else f"{self.scheme}://{self.host}"


@dataclass(frozen=True, slots=True)
class _Search:
    """Where to look, for what, and which attributes are results."""

    base: KeyTemplate
    filter: KeyTemplate
    scope: str
    attributes: frozenset[str]
    terminal: frozenset[str]
    leaf: frozenset[str]
    special: frozenset[str]
    recursion_limit: int
    size_limit: int

    @property
    def wanted(self) -> list[str]:
        """All attributes to ask for."""
        return sorted(self.attributes | self.terminal | self.leaf | self.special)


@dataclass(frozen=True, slots=True)
class _Session:
    """One bound connection."""

    driver: Any
    connection: Any
    dereference: str

    def search(self, base: str, filter_: str, scope: str, search: _Search) -> list[Mapping[str, list[bytes]]]:
        """The attributes of each entry. Raises ServerAwayError, QueryRefusedError."""
        exceptions = self.driver.core.exceptions
        try:
            self.connection.search(
                base, filter_, scope, self.dereference, attributes=search.wanted, size_limit=search.size_limit
            )
        except exceptions.LDAPNoSuchObjectResult:
            return []
        except exceptions.LDAPOperationResult as error:
            if error.result in _GONE:
                raise ServerAwayError(_line(error)) from None
            raise QueryRefusedError(_line(error)) from None
        except (exceptions.LDAPInvalidFilterError, exceptions.LDAPInvalidDnError) as error:
            raise QueryRefusedError(_line(error)) from None
        except (exceptions.LDAPException, OSError) as error:
            raise ServerAwayError(_line(error)) from None
        entries = self.connection.response or []
        return [entry["raw_attributes"] for entry in entries if entry.get("type") == "searchResEntry"]

    def close(self) -> None:
        """Unbind."""
        try:
            self.connection.unbind()
        except (self.driver.core.exceptions.LDAPException, OSError):
            return


def _line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


class LdapServer:
    """The servers of one table (server.Server)."""

    def __init__(self, label: str, search: _Search, results: Results, connection: Reconnecting[_Session]) -> None:
        self._label = label
        self._search = search
        self._results = results
        self._connection = connection

    def look_up(self, key: str) -> Answer[str]:
        """Ask for one key. Raises ServerAwayError."""
        base = _escaped(self._search.base, key, _DN_SPECIALS)
        filter_ = _escaped(self._search.filter, key, _FILTER_SPECIALS)
        if base is None or filter_ is None:
            return NOT_FOUND
        wrapped = filter_ if filter_.startswith("(") else f"({filter_})"
        try:
            values = self._connection.over(
                lambda session: list(self._values(session, base, wrapped, self._search.scope, 0))
            )
            value = self._results.join(values, key)
        except QueryRefusedError as refusal:
            return Unavailable(f"{self._label}: {refusal}")
        return Found(value, self._label) if value else NOT_FOUND

    def _values(self, session: _Session, base: str, filter_: str, scope: str, depth: int) -> Iterator[str]:
        search = self._search
        if depth > search.recursion_limit:
            raise QueryRefusedError(f"more than recursion_limit = {search.recursion_limit} levels")
        for entry in session.search(base, filter_, scope, search):
            found = {name.lower(): values for name, values in entry.items() if values}
            is_terminal = bool(search.terminal & found.keys())
            is_followed = not is_terminal and bool(search.special & found.keys())
            for name, values in found.items():
                if is_terminal:
                    is_result = name in search.terminal
                else:
                    is_result = name in search.attributes or (name in search.leaf and not is_followed)
                for octets in values:
                    value = octets.decode("utf-8", "surrogateescape")
                    if is_result:
                        yield value
                    elif is_followed and name in search.special:
                        yield from self._values(session, *_target(value), depth + 1)

    def whole(self) -> Mapping[str, str] | None:
        """Not for directories."""
        return None

    def check(self) -> None:
        """Connect and bind. Raises ServerAwayError."""
        self._connection.close()
        self._connection.over(lambda _session: None)

    def close(self) -> None:
        """Unbind."""
        self._connection.close()


def _target(value: str) -> tuple[str, str, str]:
    """Base, filter and scope of a distinguished name or an ldap: address (RFC 4516)."""
    if not value.lower().startswith(("ldap://", "ldaps://")):
        return value, EVERYTHING, SCOPES["base"]
    address = urlsplit(value)
    scope, filter_ = [*address.query.split("?"), "", "", ""][1:3]
    return unquote(address.path[1:]), unquote(filter_) or EVERYTHING, SCOPES.get(scope or "base", SCOPES["base"])


_FILTER_SPECIALS = "\\*()\0"
_DN_SPECIALS = '\\,+"<>;=# \t\0'


def _escaped(template: KeyTemplate, key: str, specials: str) -> str | None:
    """Fill in a template with every part of the key escaped."""
    if not template.letters:
        return template.texts[0]
    parts = [template.texts[0]]
    for letter, text in zip(template.letters, template.texts[1:], strict=True):
        part = KeyTemplate(("", ""), (letter,)).fill(key)
        if part is None:
            return None
        parts += ("".join(f"\\{ord(c):02x}" if c in specials else c for c in part), text)
    return "".join(parts)


def _read_search(file: LookupFile) -> _Search:
    """Raises TableError."""
    try:
        base = parse_template(file.text("search_base"))
        filter_ = parse_template(file.text("query_filter", "mailacceptinggeneralid=%s"))
    except BadTemplateError as error:
        raise file.fault("query_filter", str(error), "write %% for a percent sign") from None
    scope = file.text("scope", "sub").lower()
    if scope not in SCOPES:
        raise file.fault("scope", f"{scope[:40]!r} is none", f"write one of {', '.join(SCOPES)}")
    leaf, terminal = _attributes(file, "leaf_result_attribute"), _attributes(file, "terminal_result_attribute")
    special = _attributes(file, "special_result_attribute")
    plain = _attributes(file, "result_attribute", "maildrop")
    most = file.number("size_limit", file.number("expansion_limit", 0))
    return _Search(
        base, filter_, SCOPES[scope], plain, terminal, leaf, special, file.number("recursion_limit", 1000), most
    )


def _attributes(file: LookupFile, name: str, default: str = "") -> frozenset[str]:
    return frozenset(word.lower() for word in file.words(name, default))


def _read_hosts(file: LookupFile) -> tuple[LdapHost, ...]:
    """Raises TableError."""
    port = file.number("server_port", 389)
    return tuple(_read_host(file, word, port) for word in file.words("server_host", "localhost"))


def _read_host(file: LookupFile, word: str, port: int) -> LdapHost:
    scheme, mark, rest = word.partition("://")
    if not mark:
        scheme, rest = "ldap", word
    elif scheme == "ldapi":
        return LdapHost(scheme, unquote(rest.rstrip("/")) or "/var/run/slapd/ldapi", 0)
    try:
        parts = urlsplit(f"//{rest}")
        own = parts.port
    except ValueError:
        parts, own = urlsplit("//"), None
    if scheme not in PORTS or not parts.hostname:
        raise file.fault("server_host", f"{word[:60]!r} is no server", "write host, host:port or ldap://host:port")
    return LdapHost(scheme, parts.hostname, own or (PORTS[scheme] if mark else port))


def _connector(file: LookupFile, driver: Any) -> Callable[[], _Session]:  # noqa: ANN401 -- the module ldap3
    """Raises TableError."""
    failover = Failover(_read_hosts(file))
    tls = _tls(file, driver)
    timeout_s = max(file.seconds("timeout", 10), 1)
    dereference = file.number("dereference", 0)
    if dereference >= len(DEREFERENCES):
        raise file.fault("dereference", f"{dereference} is too much", "write 0, 1, 2 or 3")
    uses_tls = file.yes("start_tls", default=False)
    credentials = _credentials(file, driver)
    chases = file.yes("chase_referrals", default=False)

    def connect(host: LdapHost) -> _Session:
        address = f"ldapi://{host.host}" if host.is_unix else host.host
        server = driver.Server(
            address,
            host.port or None,
            use_ssl=host.scheme == "ldaps",
            tls=tls,
            get_info=driver.NONE,
            connect_timeout=timeout_s,
        )
        try:
            connection = driver.Connection(
                server,
                **credentials,
                receive_timeout=timeout_s,
                raise_exceptions=True,
                check_names=False,
                auto_referrals=chases,
                auto_range=False,
            )
            connection.open()
            if uses_tls:
                connection.start_tls()
            connection.bind()
        except (driver.core.exceptions.LDAPException, OSError) as error:
            raise ServerAwayError(file.conceal(f"{host}: {_line(error)}")) from None
        return _Session(driver, connection, DEREFERENCES[dereference])

    return lambda: failover.connect(connect)


def _credentials(file: LookupFile, driver: Any) -> dict[str, Any]:  # noqa: ANN401 -- the module ldap3
    """Raises TableError."""
    bind = file.text("bind", "yes").lower()
    if bind not in ("yes", "no", "none", "simple"):
        raise file.fault("bind", f"{bind[:40]!r} is not served", "write bind = yes (a simple bind) or bind = no")
    name = file.text("bind_dn")
    if bind in ("no", "none") or not name:
        return {"authentication": driver.ANONYMOUS}
    return {"authentication": driver.SIMPLE, "user": name, "password": file.text("bind_pw")}


def _tls(file: LookupFile, driver: Any) -> Any:  # noqa: ANN401 -- the module ldap3
    """Raises TableError."""
    is_required = file.yes("tls_require_cert", default=False)
    try:
        return driver.Tls(
            local_private_key_file=file.text("tls_key") or None,
            local_certificate_file=file.text("tls_cert") or None,
            validate=ssl.CERT_REQUIRED if is_required else ssl.CERT_NONE,
            ca_certs_file=file.text("tls_ca_cert_file") or None,
            ca_certs_path=file.text("tls_ca_cert_dir") or None,
            ciphers=file.text("tls_cipher_suite") or None,
        )
    except (driver.core.exceptions.LDAPException, OSError) as error:
        raise file.fault("tls_ca_cert_file", f"TLS cannot be set up: {error}", "check the tls_ files") from None


def _driver() -> Any:  # noqa: ANN401 -- the module
    try:
        import ldap3  # loaded only where a configuration has such a table
    except ImportError:
        raise fault("ldap", "the driver is not installed", "pip install gatepost[ldap]") from None
    return ldap3


def load(request: TableRequest) -> RemoteSource:
    """Read the lookup file."""
    file, driver = read_lookup_file(request), _driver()
    search = _read_search(file)
    results = read_results(file, "result_format" if file.text("result_format") else "result_filter")
    connect = _connector(file, driver)  # before the workers give up root: its files may be root's alone

    def server() -> LdapServer:
        return LdapServer(request.shown_name, search, results, Reconnecting(connect))

    files = () if file.path is None else (file.path,)
    return RemoteSource(server, read_limits(file), read_domains(file, request), file.complaints, files)


LDAP = TableType("ldap", __doc__, tries_partial_keys=True, folds_keys=True, load=load)
