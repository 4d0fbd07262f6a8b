"""What is known of a session at the moment a list is run.

A Session is a frozen snapshot: restrictions read it and never write to it. The names of the client are not here
unless somebody has told them already (XCLIENT, the policy protocol): else they are a question, ClientName, because
a refusal that does not need them must not wait for them.
"""

from dataclasses import dataclass
from enum import Enum

from gatepost.model.address import IPAddress
from gatepost.model.quick import quick
from gatepost.model.settings import Settings

UNKNOWN = "unknown"
NO_ADDRESS = IPAddress(UNKNOWN, b"")
"""The address of a client that has none, or whose spokesman cannot tell: no network holds it."""


class NameStatus(Enum):
    """How the look-up of a client's name ended (smtpd_peer: OK, TEMP, PERM, FORGED)."""

    VERIFIED = "ok"
    TEMPORARY = "temporary failure"
    PERMANENT = "no name"
    FORGED = "name does not resolve to address"


@dataclass(frozen=True, slots=True)
class ClientNames:
    """The names of a client address: `name` is the verified one or "unknown"; `reverse_name` the PTR or "unknown"."""

    name: str
    name_status: NameStatus
    reverse_name: str
    reverse_status: NameStatus

    @classmethod
    def told(cls, name: str, reverse_name: str) -> "ClientNames":
        """The names as somebody tells them who has asked already; "unknown" for one that there is not.

        Why there is none is not told: a name that only the address has is taken for forged.
        """
        reverse = NameStatus.PERMANENT if reverse_name == UNKNOWN else NameStatus.VERIFIED
        unnamed = NameStatus.PERMANENT if reverse_name == UNKNOWN else NameStatus.FORGED
        return cls(name, unnamed if name == UNKNOWN else NameStatus.VERIFIED, reverse_name, reverse)


NAMELESS = ClientNames(UNKNOWN, NameStatus.PERMANENT, UNKNOWN, NameStatus.PERMANENT)


@dataclass(frozen=True, slots=True)
class Client:
    """The machine at the other end. `names` is None when they must be asked for.

    `spokesman` is the address that connected, where it speaks for this client (XCLIENT).
    """

    address: IPAddress
    port: int = 0
    names: ClientNames | None = None
    spokesman: IPAddress | None = None


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What TLS told: protocol, cipher, key bits, and the client certificate (all empty without one)."""

    protocol: str
    cipher: str
    key_bits: int = 0
    subject_cn: str = ""
    issuer_cn: str = ""
    certificate_fingerprint: str = ""
    public_key_fingerprint: str = ""
    is_trusted: bool = False


@dataclass(frozen=True, slots=True)
class SaslFacts:
    """Who logged in, and how."""

    method: str
    username: str
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """The facts of one session at one protocol state (CONNECT, HELO, EHLO, MAIL, RCPT, DATA, END-OF-MESSAGE, …).

    `helo_name`, `sender`, `recipient`, `etrn_domain` are None until given; a null sender is "". Addresses are as
    the client gave them, without angle brackets or route, unquoted where quoting was not needed. `size_bytes` is
    the SIZE= value, at END-OF-MESSAGE the real size. `recipient_count` counts accepted recipients.
    `is_trust_withdrawn`: the client's address hides others (trust_guard), so no list of trusted clients holds it.
    """

    client: Client
    settings: Settings
    protocol_state: str
    protocol_name: str = "SMTP"
    helo_name: str | None = None
    sender: str | None = None
    recipient: str | None = None
    recipient_count: int = 0
    size_bytes: int = 0
    etrn_domain: str | None = None
    is_pipelining_unauthorised: bool = False
    is_smtputf8: bool = False
    server_address: str = ""
    server_port: int = 0
    instance: str = ""
    tls: TlsFacts | None = None
    sasl: SaslFacts | None = None
    is_trust_withdrawn: bool = False


quick(ClientNames, Client, Session)
