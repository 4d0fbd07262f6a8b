"""NAME.conf of Cyrus SASL, as far as it leads to saslauthd: `name: value` lines.

    pwcheck_method: saslauthd
    saslauthd_path: /var/run/saslauthd/mux
    mech_list: PLAIN LOGIN

Gives: the socket of saslauthd, and what there is in the file that Gatepost cannot do.
Cyrus SASL: options(3) of libsasl2; its default method is auxprop (sasldb), which is not served.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SASLAUTHD_PATH = "/var/run/saslauthd/mux"
"""Debian's, and that of most others."""

PLACES = ("/etc/postfix/sasl", "/usr/lib/sasl2")
"""Where Debian's Postfix looks."""

SERVED = frozenset({"PLAIN", "LOGIN"})


@dataclass(frozen=True, slots=True)
class CyrusConf:
    """What the file comes to. `faults` are pairs of what is wrong and what to do."""

    saslauthd_path: str = SASLAUTHD_PATH
    files: tuple[Path, ...] = ()
    faults: tuple[tuple[str, str], ...] = ()


def read_cyrus_conf(name: str, search_path: str, config_directory: Path) -> CyrusConf:
    """Find the file and read it. One that is not there is the same as an empty one, but that saslauthd is asked."""
    directories = search_path.split(":") if search_path else [str(config_directory / "sasl"), *PLACES]
    for directory in directories:
        path = Path(directory) / f"{name}.conf"
        try:
            text = path.read_text(errors="replace")
        except FileNotFoundError:
            continue
        except OSError as error:
            return CyrusConf(files=(path,), faults=((f"{path}: {error.strerror}", "make it readable"),))
        options = dict(_lines(text))
        return CyrusConf(options.get("saslauthd_path", SASLAUTHD_PATH), (path,), tuple(_faults(path, options)))
    return CyrusConf()


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon and not line.startswith("#"):
            yield name.strip().lower(), value.strip()


def _faults(path: Path, options: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    methods = options.get("pwcheck_method", "auxprop").split()
    cure = "use saslauthd, or smtpd_sasl_type = dovecot or gatepost"
    for method in methods:
        if method != "saslauthd":
            yield f"{path}: pwcheck_method {method} is not supported: saslauthd is asked alone", cure
    for mechanism in options.get("mech_list", "").upper().split():
        if mechanism not in SERVED:
            yield f"{path}: mechanism {mechanism} is not supported with smtpd_sasl_type = cyrus", cure
