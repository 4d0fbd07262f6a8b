"""What follows check_policy_service: an endpoint, or `{ endpoint, name=value, … }`, read at load.

    inet:host:port  inet:[address]:port  inet:port     over TCP; without a host on 127.0.0.1
    unix:path  local:path                              a Unix socket; a relative path starts in queue_directory

The names are those of the parameters smtpd_policy_service_NAME; what is not named has the parameter's value. A value
with blanks or commas needs braces of its own: `{ default_action = 450 4.7.1 try again later }`.

Raises: ValueError with a line for the administrator.
Postfix: postconf(5) check_policy_service, SMTPD_POLICY_README "Advanced policy client configuration".
"""

import difflib
import re
from dataclasses import dataclass, fields

from gatepost.model.policy_service import Endpoint, ServiceLimits
from gatepost.model.settings import Settings
from gatepost.policy.language.tokens import unbraced, words
from gatepost.policy.subjects import Subject

PREFIX = "smtpd_policy_service_"
BUILT_IN_ACTION = "451 4.3.5 Server configuration problem"
"""Postfix's default of smtpd_policy_service_default_action; also what ends a default action that asks in circles."""

FORMS = "write inet:host:port, unix:/path/of/socket, or { inet:host:port, timeout=10s, default_action=DUNNO }"
LOCAL_HOST = "127.0.0.1"
LONGEST_HOST = 255
"""Octets (RFC 1035 section 2.3.4)."""

_INET = re.compile(r"(?:(?:\[(?P<literal>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9_.-]*)):)?(?P<port>[A-Za-z0-9_+.-]+)")
_TIME = re.compile(r"([0-9]{1,9})([smhdw]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_NUMBER = re.compile(r"[0-9]{1,9}")

_TIMES = ("timeout", "max_idle", "max_ttl", "retry_delay")
_NUMBERS = {"request_limit": 0, "try_limit": 1}
"""Each with the least value that Postfix takes; times are at least one second."""
_TEXTS = ("default_action", "policy_context")
_NAMES = (*_TIMES, *_NUMBERS, *_TEXTS)


@dataclass(frozen=True, slots=True)
class PolicyService:
    """One policy server as a list names it; `subject` is that of the list, for the text of replies.

    `numbers` holds what is set here of the limits; `default_action` and `policy_context` are None where the
    parameters stand.
    """

    endpoint: Endpoint
    subject: Subject
    numbers: tuple[tuple[str, int], ...] = ()
    default_action: str | None = None
    policy_context: str | None = None

    def limits(self, settings: Settings) -> ServiceLimits:
        """How long this server is waited for."""
        values = {name: getattr(settings, PREFIX + name) for name in _LIMIT_NAMES}
        values.update(self.numbers)
        return ServiceLimits(**values, must_be_utf8=settings.smtputf8_enable)

    def action_without_answer(self, settings: Settings) -> str:
        """What stands in for an answer that cannot be had."""
        if self.default_action is not None:
            return self.default_action
        return settings.smtpd_policy_service_default_action or BUILT_IN_ACTION

    def context(self, settings: Settings) -> str:
        """The word that is passed on as policy_context."""
        if self.policy_context is not None:
            return self.policy_context
        return settings.smtpd_policy_service_policy_context


_LIMIT_NAMES = tuple(field.name for field in fields(ServiceLimits) if field.name != "must_be_utf8")


def parse_policy_service(text: str, subject: Subject) -> PolicyService:
    """Read the argument of check_policy_service."""
    inside = unbraced(text)
    if inside is None and text.startswith("{"):
        raise ValueError("a brace is not closed")
    first, *options = words(text if inside is None else inside) or ("",)
    numbers: dict[str, int] = {}
    texts: dict[str, str] = {}
    endpoint = parse_endpoint(first)
    for name, value in map(_split, options):
        if name == "default_action" and not value:
            raise ValueError("default_action needs an action, such as DUNNO")
        if name in _TEXTS:
            texts[name] = value
        else:
            numbers[name] = _number(name, value)
    return PolicyService(endpoint, subject, tuple(numbers.items()), **texts)


def parse_endpoint(text: str) -> Endpoint:
    """Read `inet:host:port`, `unix:path` or `local:path`."""
    kind, _, rest = text.partition(":")
    if kind in ("unix", "local"):
        if not rest or "\0" in rest:
            raise ValueError(f"{text!r} has no path: {FORMS}")
        return Endpoint(path=rest)
    found = _INET.fullmatch(rest) if kind == "inet" else None
    if found is None or len(found["host"] or "") > LONGEST_HOST:
        raise ValueError(f"{text!r} is no policy server: {FORMS}")
    port = found["port"]
    if port.isdigit() and not 0 < int(port[:6]) < 65536:
        raise ValueError(f"{text!r} has a bad port: use 1 to 65535")
    return Endpoint(found["literal"] or found["host"] or LOCAL_HOST, port)


def _split(option: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in (unbraced(option) or option).partition("="))
    if not equals:
        raise ValueError(f"{option!r} is not name=value")
    if name not in _NAMES:
        raise ValueError(f"{name!r} is none of the settings of a policy service: {_advice(name)}")
    return name, value


def _advice(name: str) -> str:
    near = difflib.get_close_matches(name.removeprefix(PREFIX), _NAMES, 1)
    return f"did you mean {near[0]}?" if near else f"they are {', '.join(_NAMES)}"


def _number(name: str, value: str) -> int:
    if name in _NUMBERS:
        if not _NUMBER.fullmatch(value):
            raise ValueError(f"{name}={value} is not a number: write digits only")
        number, least = int(value), _NUMBERS[name]
    else:
        match = _TIME.fullmatch(value)
        if match is None:
            raise ValueError(f"{name}={value} is not a time: write a number and s, m, h, d or w, such as 30s")
        number, least = int(match[1]) * _SECONDS[match[2]], 1
    if number < least:
        raise ValueError(f"{name}={value} is too little: write {least} or more")
    return number
