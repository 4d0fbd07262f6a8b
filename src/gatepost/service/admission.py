"""What one door asks of its clients before its policy does; entrance.py carries it out.

Postfix: smtpd_client_*_limit; postscreen_greet_wait, postscreen_greet_banner, postscreen_access_list.
"""

import time
from dataclasses import dataclass

from gatepost.config.configuration import Configuration
from gatepost.config.reading import read_fields
from gatepost.model.reply import Reply
from gatepost.service.client_limits import ClientLimits, Counts, LimitTerms
from gatepost.wire.smtp.greeting import GreetingWait
from gatepost.world.watching.log import Log, Logging


@dataclass(frozen=True, slots=True)
class Admission:
    """What one door asks of its clients before its policy does. `log` is where early talkers are told of."""

    limits: ClientLimits
    greeting_wait: GreetingWait | None
    log: Logging


def greeting_wait(view: Configuration) -> GreetingWait | None:
    """How long strangers wait at this row; None: nobody does."""
    seconds = view.seconds("postscreen_greet_wait")
    banner = view.text("postscreen_greet_banner")
    teaser = Reply(220, "", f"{banner}\n").to_wire().partition(b"\r\n")[0] + b"\r\n" if banner else b""
    return GreetingWait(seconds, teaser, view.choice("postscreen_greet_action") != "ignore") if seconds else None


def admission(view: Configuration, counts: Counts, log: Log) -> Admission:
    """What a row asks."""
    service, host = view.text("service_name"), view.text("myhostname")
    return Admission(
        ClientLimits(read_fields(view, LimitTerms), service, host, counts, time.monotonic),
        greeting_wait(view),
        log.named(f"{view.text('syslog_name')}/postscreen"),
    )
