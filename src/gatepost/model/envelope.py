"""The envelope of one message as the client gave it (RFC 5321 section 3.3, RFC 3461, RFC 6531, RFC 1870)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sender:
    """MAIL FROM and its parameters. A null sender has address "". `size_bytes` is 0 where SIZE= was not given.

    `body` is "", "7BIT", "8BITMIME" or "BINARYMIME"; `dsn_return` is "", "FULL" or "HDRS"; `envelope_id` is xtext
    as received. `submitter` is AUTH= as received, "" for `<>`: who sent it first, by the client's word alone.
    """

    address: str
    size_bytes: int = 0
    body: str = ""
    is_smtputf8: bool = False
    dsn_return: str = ""
    envelope_id: str = ""
    submitter: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """RCPT TO and its parameters; `original` is ORCPT= as received, `notify` NOTIFY= as received."""

    address: str
    notify: str = ""
    original: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from, for XFORWARD and the Received header.

    `name` is the verified client name or "unknown"; `protocol` is SMTP or ESMTP; `helo_name` may be empty; `ident`
    is the id that the log knows this transaction by; `is_local` says that the client may relay (XFORWARD SOURCE).
    `is_authenticated`: the client has logged in; `login` is its name where the Received header is to tell it.
    `is_encrypted`: it came under TLS; `tls_lines` is what the Received header tells of that.
    """

    name: str
    address: str
    port: int
    protocol: str
    helo_name: str
    ident: str
    is_local: bool = False
    is_encrypted: bool = False
    is_authenticated: bool = False
    login: str = ""
    tls_lines: tuple[str, ...] = ()
