"""Protocols and ciphers as Postfix's parameters name them, turned into what OpenSSL is told.

    smtpd_tls_protocols = >=TLSv1.2, <=TLSv1.3        bounds
    smtpd_tls_protocols = !SSLv2, !SSLv3, !TLSv1      all but these
    smtpd_tls_protocols = TLSv1.2, TLSv1.3            these alone
    smtpd_tls_ciphers = medium                        the grade: $tls_medium_cipherlist
    smtpd_tls_exclude_ciphers = aNULL, RC4            taken away from it

Protocols: SSLv2, SSLv3, TLSv1, TLSv1.1, TLSv1.2, TLSv1.3, in any case; no OpenSSL of today speaks the SSLs. Grades:
high, medium, low, export, null. The ciphers of TLSv1.3 are OpenSSL's: no cipherlist names them.

OpenSSL refuses TLSv1 and TLSv1.1 at the security level that is its default: where they are asked for by name it is
told to lower that, as Postfix does.

Raises: ValueError with a line for the administrator. Postfix: postconf(5) smtpd_tls_protocols, smtpd_tls_ciphers.
"""

from dataclasses import dataclass

from gatepost.policy.language.tokens import words

PROTOCOLS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
"""From old to new."""

SERVED = PROTOCOLS[2:]
WEAK = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"})
"""Not to be used: RFC 6176, RFC 7568, RFC 8996."""

GRADES = ("high", "medium", "low", "export", "null")

_FOLDED = {name.lower(): place for place, name in enumerate(PROTOCOLS)}


@dataclass(frozen=True, slots=True)
class TlsRules:
    """What a context allows. `protocols` are names of SERVED, from old to new; `ciphers` is OpenSSL's cipher list.

    `curve`: the one curve of key exchange, "" for OpenSSL's choice. `dh_file`: parameters for finite-field
    Diffie-Hellman, "" for none. `prefers_own_order`: the server's order of ciphers counts, not the client's.
    """

    protocols: tuple[str, ...] = ("TLSv1.2", "TLSv1.3")
    ciphers: str = "HIGH:!aNULL"
    curve: str = ""
    dh_file: str = ""
    prefers_own_order: bool = False


def read_protocols(text: str) -> tuple[str, ...]:
    """The protocols that a list allows, from old to new. Raises ValueError."""
    least, most = 0, len(PROTOCOLS) - 1
    named: set[int] = set()
    excluded: set[int] = set()
    for word in words(text.replace(":", " ")):
        if word.startswith(">="):
            least = max(least, _place(word[2:]))
        elif word.startswith("<="):
            most = min(most, _place(word[2:]))
        elif word.startswith("!"):
            excluded.add(_place(word[1:]))
        else:
            named.add(_place(word))
    allowed = (named or set(range(len(PROTOCOLS)))) - excluded
    protocols = tuple(name for name in SERVED if least <= PROTOCOLS.index(name) <= most)
    protocols = tuple(name for name in protocols if PROTOCOLS.index(name) in allowed)
    if not protocols:
        raise ValueError(f"{text!r} leaves no protocol that OpenSSL speaks: write >=TLSv1.2")
    return protocols


def _place(word: str) -> int:
    place = _FOLDED.get(word.lower())
    if place is None:
        raise ValueError(f"unknown protocol {word!r}: write one of {', '.join(PROTOCOLS)}, such as >=TLSv1.2")
    return place


def cipher_list(grade: str, grades: dict[str, str], excluded: tuple[str, ...], protocols: tuple[str, ...]) -> str:
    """OpenSSL's cipher list for a grade; `grades` gives the list of each. Raises ValueError for an unknown grade."""
    if grade.lower() not in GRADES:
        raise ValueError(f"unknown cipher grade {grade!r}: write one of {', '.join(GRADES)}")
    parts = [grades[grade.lower()], *(f"!{name}" for name in dict.fromkeys((*excluded, "aNULL")))]
    if not WEAK.isdisjoint(protocols):
        parts.append("@SECLEVEL=0")
    return ":".join(part for part in parts if part)
