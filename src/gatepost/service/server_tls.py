"""TLS of one `smtpd` row, loaded: its context made before the fork, what is wrong told.

Told at load: certificates that cannot be used or soon cannot; a key that everybody may read; weak protocols; TLS from
the first octet on a port where clients speak first in the clear, and the reverse; client certificates required with
nobody to vouch for them; entries of tls_server_sni_maps that lead nowhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatepost.config.configuration import Configuration
from gatepost.config.master_cf import MasterRow
from gatepost.model.errors import Complaint
from gatepost.service.tls_terms import (
    SERVER,
    read_credentials,
    read_rules,
    security_level,
    watch,
    weak_protocols,
)
from gatepost.world.net.tls_names import TlsRules
from gatepost.world.tables.registry import load_table

if TYPE_CHECKING:  # the library behind it takes 60 ms to load: only for those who use TLS
    from gatepost.world.net.certificates import Credentials
    from gatepost.world.net.tls_engine import Context

IN_THE_CLEAR = frozenset({"smtp", "25", "submission", "587"})
FROM_THE_FIRST = frozenset({"smtps", "submissions", "465"})


@dataclass(frozen=True, slots=True)
class ServerTls:
    """`context` is None where TLS cannot be had: STARTTLS hears 454. `digest` is that of fingerprints.

    `is_told`: a log line for each handshake; `is_shown`: in Received: too.
    """

    context: "Context | None"
    asks_certificate: bool
    digest: str
    is_told: bool
    is_shown: bool


def server_level(view: Configuration) -> str:
    """none, may or encrypt. Raises ConfigurationError."""
    return "encrypt" if view.yes("smtpd_tls_wrappermode") else security_level(view, SERVER)


def load_server_tls(view: Configuration, row: MasterRow, findings: list[Complaint]) -> ServerTls | None:
    """What a row needs to serve TLS; None where it serves none. Raises ConfigurationError."""
    level = server_level(view)
    if level == "none":
        return None
    from gatepost.world.net.certificates import is_digest

    is_mandatory = level == "encrypt"
    rules = read_rules(view, SERVER, is_mandatory=is_mandatory)
    findings += weak_protocols(view, SERVER, rules, is_mandatory=is_mandatory)
    findings += _misplaced(view, row, level)
    digest = view.text("smtpd_tls_fingerprint_digest").lower()
    if not is_digest(digest):
        raise view.mistake("smtpd_tls_fingerprint_digest", f"unknown digest {digest!r}", "write sha256")
    asks = view.yes("smtpd_tls_ask_ccert") or view.yes("smtpd_tls_req_ccert")
    return ServerTls(
        context=_context(view, rules, findings, asks=asks),
        asks_certificate=asks,
        digest=digest,
        is_told=view.number("smtpd_tls_loglevel") > 0,
        is_shown=view.yes("smtpd_tls_received_header"),
    )


def _misplaced(view: Configuration, row: MasterRow, level: str) -> Iterator[Complaint]:
    port = row.service.rpartition(":")[2]
    is_wrapped = view.yes("smtpd_tls_wrappermode")
    if is_wrapped and port in IN_THE_CLEAR:
        text = f"{row.service} smtpd: smtpd_tls_wrappermode = yes: clients of port {port} wait for a greeting"
        cure = "set it for port 465 (submissions) alone, in master.cf"
        yield Complaint("warning", view.place("smtpd_tls_wrappermode"), text, cure, breaks_mail=True)
    elif not is_wrapped and port in FROM_THE_FIRST:
        text = f"{row.service} smtpd: clients of port {port} speak TLS from the first octet"
        yield Complaint("warning", row.place, text, "add -o smtpd_tls_wrappermode=yes to this row")
    elif level == "encrypt" and port in ("smtp", "25"):
        text = f"{row.service} smtpd: mail servers without TLS cannot send here (RFC 3207 section 4)"
        yield Complaint("warning", view.place("smtpd_tls_security_level"), text, "use may on port 25")
    if view.yes("smtpd_tls_req_ccert"):
        if level != "encrypt":
            text = "smtpd_tls_req_ccert: certificates are asked for, not required, where TLS is no must"
            yield Complaint("warning", view.place("smtpd_tls_req_ccert"), text, "set smtpd_tls_ask_ccert = yes")
        elif not (view.text("smtpd_tls_CAfile") or view.text("smtpd_tls_CApath")):
            text = "smtpd_tls_req_ccert: no authority vouches for any client: every client is refused"
            place = view.place("smtpd_tls_req_ccert")
            yield Complaint("warning", place, text, "set smtpd_tls_CAfile", breaks_mail=True)


def _context(view: Configuration, rules: TlsRules, findings: list[Complaint], *, asks: bool) -> "Context | None":
    from gatepost.world.net.tls_engine import (
        TlsFault,
        ask_for_certificate,
        choose_by_name,
        limit_tickets,
        make_context,
    )

    credentials, complaints = read_credentials(view, SERVER)
    findings += complaints
    if not credentials:
        if not complaints:
            text = "TLS is to be served, and there is no certificate: STARTTLS hears 454"
            cure = "set smtpd_tls_chain_files, or smtpd_tls_cert_file and smtpd_tls_key_file"
            place = view.place("smtpd_tls_security_level")
            findings.append(Complaint("warning", place, text, cure, breaks_mail=True))
        return None
    ca_file, ca_path = view.text("smtpd_tls_CAfile"), view.text("smtpd_tls_CApath")
    watch(view, (ca_file,) if ca_file else ())

    def make(credentials: "tuple[Credentials, ...]") -> "Context":
        return make_context(
            rules,
            credentials,
            ca_file=ca_file,
            ca_path=ca_path,
            with_default_authorities=view.yes("tls_append_default_CA"),
            verify_depth=view.number("smtpd_tls_ccert_verifydepth"),
        )

    try:
        context = make(credentials)
        if asks:
            ask_for_certificate(context, ca_file)
        limit_tickets(context, view.seconds("smtpd_tls_session_cache_timeout"))
        by_name = _by_name(view, make, findings)
    except TlsFault as fault:
        text = f"TLS cannot be served: {fault}: STARTTLS hears 454"
        findings.append(Complaint("warning", view.place("smtpd_tls_security_level"), text, "", breaks_mail=True))
        return None
    if by_name:
        choose_by_name(context, by_name)
    return context


def _by_name(
    view: Configuration, make: "Callable[[tuple[Credentials, ...]], Context]", findings: list[Complaint]
) -> "dict[str, Context]":
    """The contexts of tls_server_sni_maps, by name. Raises TlsFault."""
    from gatepost.world.net.certificates import CertificateFault, read_chains

    contexts: dict[str, Context] = {}
    place = view.place("tls_server_sni_maps")
    for name in view.tables("tls_server_sni_maps"):
        table = load_table(name, base=view.directory, parameter=view.given)
        findings += table.complaints
        view.files.extend(path for path in table.files if path not in view.files)
        entries = getattr(table, "entries", None)
        if entries is None:
            text = f"tls_server_sni_maps: {name} cannot be listed: none of its names has a certificate"
            findings.append(Complaint("warning", place, text, "use texthash: or hash: with its text beside it"))
            continue
        for key, value in entries():
            files = tuple(value.replace(",", " ").split())
            watch(view, files)
            try:
                contexts.setdefault(key.lower(), make(read_chains(files)))
            except CertificateFault as fault:
                text = f"tls_server_sni_maps: {key}: {fault}: it hears the certificate of all others"
                findings.append(Complaint("warning", place, text, "mend the file"))
    return contexts
