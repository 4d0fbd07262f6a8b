"""What the random policies draw besides the everyday words: every restriction that is registered, each as often."""

import random
from collections.abc import Sequence

from tests.parity.outcomes import ASKING_SERVERS, NAMES
from tests.parity.policy_server import DEAD_PORT, PORT

LOGIN_MAP = "ann@good.example ann,other\nbob@onlya.example bob\n@nodot ann\nknown@ours.example nobody\nbob ann\n"
SERVER_KEYS = (
    "mail.good.example", "good.example", "source.example", "example", "192.0.2.10", "192.0.2.53", "192.0.2.40", "192.0.2.1",
    "192.0.2", "192", "203.0.113.66", "2001:db8::5", "2001:db8:", "ns1.good.example", "mx.ours.example", "gone.void.example",
    "void.example", "onlya.example", "[192.0.2.10]",
)  # fmt: skip
"""Names and addresses of mail exchangers and name servers, and partial keys of them."""

NOT_ANYWHERE = ASKING_SERVERS | {"reject_unlisted_sender", "reject_unlisted_recipient"}
"""Restrictions that are not drawn for every list (see tests/parity/__init__.py)."""

LOGIN_KEYS = ("ann", "bob", "nobody", "ann@good.example", "good.example")
LOGINS = ("ann", "bob", "nobody", "Ann", "ann@good.example", "x+20y")


EVERY = tuple(name for name in NAMES if name not in NOT_ANYWHERE)


def server_table(chance: random.Random, actions: Sequence[str]) -> str:
    """A table for the check of a server."""
    if chance.random() < 0.4:
        return "static:{" + chance.choice(actions) + "}"
    keys = chance.sample(SERVER_KEYS, 7)
    return "inline:{" + ", ".join("{" + f"{key} = {chance.choice(actions)}" + "}" for key in keys) + "}"


def policy_service(chance: random.Random, actions: Sequence[str]) -> str:
    """A check_policy_service whose answer is the action of its context's number, or which nobody serves."""
    if chance.random() < 0.15:
        default = chance.choice(("", ", default_action=DUNNO", ", default_action=permit", ", default_action=REJECT"))
        return f"check_policy_service {{ inet:127.0.0.1:{DEAD_PORT}, try_limit=1{default} }}"
    number = chance.randrange(len(actions))
    return f"check_policy_service {{ inet:127.0.0.1:{PORT}, policy_context=action{number} }}"


def login_table(chance: random.Random, actions: Sequence[str]) -> str:
    """A table of logins, for check_sasl_access."""
    keys = chance.sample(LOGIN_KEYS, 3)
    return "inline:{" + ", ".join("{" + f"{key} = {chance.choice(actions)}" + "}" for key in keys) + "}"


def login_settings(chance: random.Random) -> dict[str, str]:
    """Parameters about logins. Here only XCLIENT tells of one; who aims at logins may offer AUTH (focuses.py)."""
    return {
        "smtpd_sasl_auth_enable": "yes" if chance.random() < 0.85 else "no",
        "smtpd_discard_ehlo_keywords": "auth",
        "smtpd_sender_login_maps": chance.choice(("", *["texthash:$config_directory/logins"] * 4)),
    }
