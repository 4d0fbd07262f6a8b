"""Who knows the users of one door (smtpd_sasl_type), loaded: what is told of it, and the server opened in a worker.

cyrus       saslauthd, as NAME.conf of Cyrus SASL says (pwcheck_method, saslauthd_path, mech_list); its other
            methods are told at load and cannot be had: no session is let in by them
dovecot     the auth socket of smtpd_sasl_path
gatepost    the hashes of smtpd_sasl_users_file, read here, before workers give up the right to
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from gatepost.config.configuration import Configuration
from gatepost.config.reading import read_fields
from gatepost.model.errors import Complaint, Place
from gatepost.service.cyrus_conf import read_cyrus_conf
from gatepost.service.server_tls import server_level
from gatepost.wire.sasl.mechanism import SECURITY_OPTIONS
from gatepost.world.logins.dovecot import DovecotLogins
from gatepost.world.logins.failed_logins import FailedLogins, failed_logins
from gatepost.world.logins.login_server import LoginServer
from gatepost.world.logins.outage import LoginOutage
from gatepost.world.logins.password_logins import PasswordLogins
from gatepost.world.logins.saslauthd import Saslauthd
from gatepost.world.logins.settings import SaslSettings
from gatepost.world.logins.user_table import UserTable
from gatepost.world.logins.users_file import UsersFileError, is_open_to_others, read_users
from gatepost.world.watching.log import Logging

Opening = Callable[[Logging], LoginServer]


@dataclass(frozen=True, slots=True)
class LoadedLogins:
    """What a door has of logins. `files` are watched: a change is a reload."""

    settings: SaslSettings
    open_server: Opening
    files: tuple[Path, ...] = ()
    failed: FailedLogins = field(default_factory=failed_logins)


def load_logins(view: Configuration, complaints: list[Complaint]) -> LoadedLogins | None:
    """Load; None where nobody may log in. With an error among the complaints it must not be served.

    Raises: ConfigurationError for values that cannot be read.
    """
    if not view.yes("smtpd_sasl_auth_enable"):
        return None
    settings = read_fields(view, SaslSettings)
    for name in ("smtpd_sasl_security_options", "smtpd_sasl_tls_security_options"):
        for word in sorted(set(view.words(name)) - SECURITY_OPTIONS):
            text = f"{name}: unknown option {word!r}"
            cure = f"one of {', '.join(sorted(SECURITY_OPTIONS))}"
            complaints.append(Complaint("error", view.place(name, word), text, cure))
    load = {"cyrus": _load_cyrus, "dovecot": _load_dovecot, "gatepost": _load_gatepost}[settings.smtpd_sasl_type]
    loaded = load(view, settings, complaints)
    if not view.yes("smtpd_tls_auth_only") and server_level(view) != "encrypt":
        complaints.extend(_in_the_clear(view, settings))
    return loaded


def _in_the_clear(view: Configuration, settings: SaslSettings) -> list[Complaint]:
    if "noplaintext" in settings.smtpd_sasl_security_options or view.yes("smtpd_tls_wrappermode"):
        return []
    text = "AUTH is offered in the clear: passwords can be read on their way"
    cure = "set smtpd_tls_auth_only = yes (and serve TLS), or smtpd_sasl_security_options = noanonymous, noplaintext"
    return [Complaint("warning", view.place("smtpd_sasl_auth_enable"), text, cure)]


def _load_cyrus(view: Configuration, settings: SaslSettings, complaints: list[Complaint]) -> LoadedLogins:
    path = settings.smtpd_sasl_path
    files: tuple[Path, ...] = ()
    if "/" in path:
        socket = str(Path(view.text("queue_directory")) / path)
    else:
        conf = read_cyrus_conf(path, settings.cyrus_sasl_config_path, Path(view.text("config_directory")))
        socket = conf.saslauthd_path
        files = conf.files
        for text, cure in conf.faults:
            complaints.append(Complaint("warning", view.place("smtpd_sasl_path"), text, cure))
    outage = LoginOutage(f"saslauthd {socket}")

    def open_server(log: Logging) -> LoginServer:
        realm = settings.smtpd_sasl_local_domain
        return PasswordLogins(Saslauthd(socket, settings.smtpd_sasl_service, realm, outage, log))

    _look_for_socket(view, socket, complaints)
    return LoadedLogins(settings, open_server, files)


def _load_dovecot(view: Configuration, settings: SaslSettings, complaints: list[Complaint]) -> LoadedLogins:
    path = settings.smtpd_sasl_path.removeprefix("unix:")
    if not path.startswith("inet:"):
        path = str(Path(view.text("queue_directory")) / path)
        _look_for_socket(view, path, complaints)
    outage = LoginOutage(f"Dovecot's auth socket {path}")
    return LoadedLogins(settings, lambda log: DovecotLogins(path, settings.smtpd_sasl_service, outage, log))


def _look_for_socket(view: Configuration, path: str, complaints: list[Complaint]) -> None:
    try:
        is_there = Path(path).is_socket()
    except OSError:
        is_there = True  # it cannot be seen from here, which says nothing
    if not is_there:
        text = f"nobody listens on {path}: clients that log in hear 454 until somebody does"
        cure = f"start {'Dovecot' if view.text('smtpd_sasl_type') == 'dovecot' else 'saslauthd'}, or correct the path"
        complaints.append(Complaint("warning", view.place("smtpd_sasl_path"), text, cure))


def _load_gatepost(view: Configuration, settings: SaslSettings, complaints: list[Complaint]) -> LoadedLogins:
    path = Path(settings.smtpd_sasl_users_file)
    place = view.place("smtpd_sasl_users_file")
    users = {}
    try:
        users = read_users(path)
        if is_open_to_others(path):
            text = f"others can read or write {path}, which holds the hashes of passwords"
            complaints.append(Complaint("warning", place, text, f"chmod 0640 {path}"))
        if not any(user.is_enabled for user in users.values()):
            text = f"{path} holds no user who may log in"
            complaints.append(Complaint("warning", place, text, "gatepost users add NAME"))
    except FileNotFoundError:
        text = f"{path} is not there: nobody can log in"
        complaints.append(Complaint("warning", place, text, "gatepost users add NAME"))
    except OSError as error:
        complaints.append(Complaint("error", place, f"{path}: {error.strerror}", "make it readable for root"))
    except UsersFileError as error:
        for line, why in error.faults:
            complaints.append(Complaint("error", Place(str(path), line), why, "gatepost users passwd NAME"))
    realm = settings.smtpd_sasl_local_domain
    return LoadedLogins(settings, lambda _: PasswordLogins(UserTable(users, realm)), (path,))


def login_files(door: object) -> tuple[Path, ...]:
    """The files that logins at this door depend on; a kind of door without logins has none."""
    loaded: LoadedLogins | None = getattr(door, "logins", None)
    return loaded.files if loaded else ()


def login_tables(door: object) -> tuple[str, ...]:
    """The tables in its match lists."""
    loaded: LoadedLogins | None = getattr(door, "logins", None)
    if loaded is None:
        return ()
    lists = (loaded.settings.smtpd_sasl_mechanism_filter, loaded.settings.smtpd_sasl_exceptions_networks)
    return tuple(pattern.table for each in lists for pattern in each.patterns if pattern.table)
