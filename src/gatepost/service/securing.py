"""The handshake of one session: from STARTTLS, or from the first octet, to the facts that policy and log are told.

Lines: `Anonymous TLS connection established from …` (Untrusted, Trusted: with a client certificate) where
smtpd_tls_loglevel asks for it; `SSL_accept error from …` always. Only protocol, cipher, names and fingerprints are
ever told.
"""

import re
from functools import partial
from typing import TYPE_CHECKING

from gatepost.model.session import TlsFacts
from gatepost.service.server_tls import ServerTls
from gatepost.service.session_log import SessionLog
from gatepost.wire.smtp.dialogue import SmtpDialogue
from gatepost.wire.smtp.verbs.starttls import NOT_AVAILABLE
from gatepost.world.net.connection import Connection
from gatepost.world.net.tls_handshakes import Handshakes

if TYPE_CHECKING:  # the library behind it takes 60 ms to load: only for those who use TLS
    from gatepost.world.net.tls_engine import TlsEngine

_GROUPS = {"x25519": "X25519", "x448": "X448", "secp256r1": "ECDHE (prime256v1)", "secp384r1": "ECDHE (secp384r1)"}
"""Key exchanges as Postfix tells them; others as OpenSSL calls them."""

MOST_SHOWN = 64
"""Characters of a name that a header shows: as many as a common name may have (RFC 5280 appendix A.1)."""

_UNSAFE = re.compile(r'["()\\]')


class Securing:
    """Secures one session. `received_lines`: what Received: tells of it."""

    __slots__ = ("_connection", "_dialogue", "_handshakes", "_log", "_tls", "received_lines")

    def __init__(
        self,
        connection: Connection,
        dialogue: SmtpDialogue,
        log: SessionLog,
        tls: ServerTls | None,
        handshakes: Handshakes,
    ) -> None:
        self._connection = connection
        self._dialogue = dialogue
        self._log = log
        self._tls = tls
        self._handshakes = handshakes
        self.received_lines: tuple[str, ...] = ()

    def asked(self) -> None:
        """STARTTLS: can TLS be had now?"""
        has_context = self._tls is not None and self._tls.context is not None
        self._dialogue.decide(None if has_context else NOT_AVAILABLE)

    def begin(self) -> None:
        """Do the handshake, after what is outgoing."""
        from gatepost.world.net.tls_engine import TlsEngine
        from gatepost.world.net.tls_layer import TlsLayer

        if self._tls is None or self._tls.context is None:
            self._dialogue.not_secured()
            return
        engine = TlsEngine(self._tls.context)
        done = self._connection.guard(partial(self._done, self._tls, engine))
        self._connection.speak_through(
            lambda below, above: TlsLayer(below, above, engine, self._handshakes, done)  # type: ignore[return-value,arg-type]  # it has what a Connection uses of a transport
        )

    def _done(self, tls: ServerTls, engine: "TlsEngine", why: str | None) -> None:
        if not self._dialogue.is_in_handshake:
            return  # its time was over
        if why is not None:
            self._failed(why)
        else:
            self._secured(tls, engine)
        self._connection.pump()

    def _failed(self, why: str) -> None:
        from gatepost.world.net.tls_layer import LOST

        self._log.say(f"SSL_accept error from %s: {why if why == LOST else -1}")
        if why != LOST:
            self._log.say(f"TLS library problem: error:{why}:", is_warning=True)
        self._dialogue.not_secured()

    def _secured(self, tls: ServerTls, engine: "TlsEngine") -> None:
        facts = read_facts(engine, tls.digest, asks_certificate=tls.asks_certificate)
        if tls.is_told or tls.is_shown:
            self._tell(facts, tls, engine)
        self._dialogue.secured(facts)

    def _tell(self, facts: TlsFacts, tls: ServerTls, engine: "TlsEngine") -> None:
        told, further = _told(facts, engine)
        if tls.is_told:
            trust = "Trusted" if facts.is_trusted else "Untrusted" if facts.certificate_fingerprint else "Anonymous"
            self._log.say(f"{trust} TLS connection established from %s: {told}{further}")
        if tls.is_shown:
            using = (f"(using {told}", f"{further})") if further else (f"(using {told})",)
            self.received_lines = (*using, _shown_client(facts, asks_certificate=tls.asks_certificate))


def read_facts(engine: "TlsEngine", digest: str, *, asks_certificate: bool) -> TlsFacts:
    """What a session under TLS knows of it. A certificate that cannot be read counts as none."""
    certificate = engine.peer_certificate if asks_certificate else None
    if certificate is None:
        return TlsFacts(engine.protocol, engine.cipher, engine.key_bits)
    from gatepost.world.net.certificates import read_shown

    shown = read_shown(certificate, digest)
    return TlsFacts(
        engine.protocol,
        engine.cipher,
        engine.key_bits,
        shown.subject_cn,
        shown.issuer_cn,
        shown.certificate_fingerprint,
        shown.public_key_fingerprint,
        is_trusted=not engine.distrust,
    )


def _told(facts: TlsFacts, engine: "TlsEngine") -> tuple[str, str]:
    """`TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)` and ` key-exchange X25519 server-signature …`."""
    told = f"{facts.protocol} with cipher {facts.cipher} ({facts.key_bits}/{facts.key_bits} bits)"
    if facts.protocol != "TLSv1.3":
        return told, ""  # the name of the cipher says the rest
    from gatepost.world.net.certificates import key_words

    group = engine.key_exchange
    further = f" key-exchange {_GROUPS.get(group.lower(), group)}" if group else ""
    for side, certificate in (("server", engine.own_certificate), ("client", engine.peer_certificate)):
        if certificate is not None:
            further += f" {side}-signature {key_words(certificate)}"
    return told, further


def _shown_client(facts: TlsFacts, *, asks_certificate: bool) -> str:
    if not asks_certificate:
        return "(No client certificate requested)"
    if not facts.certificate_fingerprint:
        return "(Client did not present a certificate)"
    verified = "verified OK" if facts.is_trusted else "not verified"
    subject, issuer = (_UNSAFE.sub("?", name)[:MOST_SHOWN] for name in (facts.subject_cn, facts.issuer_cn))
    return f'(Client CN "{subject}", Issuer "{issuer}" ({verified}))'
