"""What a policy comes to, in words: who may relay, what is asked, where mail goes. For `gatepost check`."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from gatepost.policy.dnsbl import DnsZone
from gatepost.policy.language.compile import Policy
from gatepost.policy.language.parse import RECIPIENT, RELAY
from gatepost.policy.language.plan import Step
from gatepost.policy.routing import MAILDIR
from gatepost.service.doors.smtpd import SmtpDoor
from gatepost.service.policy_services import policy_services_in_use
from gatepost.service.tables_in_use import tables_in_use

PERMITS = {
    "permit_mynetworks": "mynetworks",
    "permit_sasl_authenticated": "users who have logged in",
    "permit_inet_interfaces": "this machine's own addresses",
    "permit_tls_clientcerts": "clients whose certificate is in relay_clientcerts",
    "permit_tls_all_clientcerts": "clients whose certificate a trusted authority has signed",
    "permit_mx_backup": "anybody, to domains that name this machine as a worse mail exchanger",
    "permit_naked_ip_address": "whoever says an address as its HELO name",
}

CONTROL = frozenset({"reject_unauth_destination", "defer_unauth_destination", "reject", "defer"})
"""What ends a list for strangers: behind it nobody may relay."""

NEVER_OK = ("_a_access", "_mx_access", "_ns_access", "check_reverse_client_hostname_access")
"""How the checks end whose tables may not answer OK."""


@dataclass(frozen=True, slots=True)
class Overview:
    """One door at a glance; every field is a list of short lines."""

    name: str
    addresses: tuple[str, ...]
    may_relay: tuple[str, ...]
    takes_mail_for: tuple[str, ...]
    block_lists: tuple[str, ...]
    policy_services: tuple[str, ...]
    tables: tuple[str, ...]
    next_hop: tuple[str, ...]

    def sections(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Label and lines of each part, in order of interest."""
        yield "who may relay", self.may_relay
        yield "takes mail for", self.takes_mail_for
        yield "block lists asked", self.block_lists
        yield "policy services", self.policy_services
        yield "tables", self.tables
        yield "accepted mail goes to", self.next_hop

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def overview(door: SmtpDoor) -> Overview:
    """Look at one door."""
    settings = door.policy.settings
    return Overview(
        name=f"{door.row.service} {door.row.command}",
        addresses=tuple(spec.address for spec in door.doors),
        may_relay=tuple(dict.fromkeys(_may_relay(door))),
        takes_mail_for=tuple(
            f"{kind}: {', '.join(p.text for p in patterns.patterns)}"
            for kind, patterns in (
                ("local", settings.mydestination),
                ("relay", settings.relay_domains),
                ("virtual alias", settings.virtual_alias_domains),
                ("virtual mailbox", settings.virtual_mailbox_domains),
            )
            if patterns.patterns
        ),
        block_lists=tuple(dict.fromkeys(block_lists(door.policy))),
        policy_services=tuple(dict.fromkeys(policy_services(door.policy))),
        tables=tables_in_use(door.policy),
        next_hop=(_hop(door),),
    )


def _may_relay(door: SmtpDoor) -> Iterator[str]:
    """Whoever a permit lets through before relay control, in the list that holds it."""
    settings = door.policy.settings
    for step in _before_control(door):
        if step.name == "permit_mynetworks":
            networks = " ".join(p.text for p in settings.mynetworks.patterns) or "nobody"
            yield f"mynetworks: {networks}"
        elif step.name == "permit_sasl_authenticated" and not settings.smtpd_sasl_auth_enable:
            continue  # nobody can log in
        elif step.name in PERMITS:
            yield PERMITS[step.name]
        elif step.name.startswith("check_") and not step.name.endswith(NEVER_OK):
            yield f"whoever {step.word} answers OK"


def _before_control(door: SmtpDoor) -> Iterator[Step]:
    for kind in (RELAY, RECIPIENT):
        steps = door.policy.lists[kind.parameter]
        names = [step.name for step in steps]
        if not CONTROL.isdisjoint(names):
            for step in steps:
                if step.name in CONTROL:
                    return
                yield step


def block_lists(policy: Policy) -> Iterator[str]:
    """The block lists that a policy asks, each as it is written."""
    for steps in policy.lists.values():
        for step in steps:
            if isinstance(step.argument, DnsZone):
                without = "" if step.argument.fields else " (any answer in 127.0.0.0/8 counts)"
                yield f"{step.name} {step.argument.text}{without}"
            elif step.name == "reject_maps_rbl":
                yield from (f"{step.name} {domain}" for domain in policy.settings.maps_rbl_domains)


def policy_services(policy: Policy) -> Iterator[str]:
    """The policy services that a policy asks, and what stands in for them."""
    settings = policy.settings
    for step, service in policy_services_in_use(policy):
        yield f"{service.endpoint} in {step.kind.parameter}, else {service.action_without_answer(settings) or 'OK'}"


def _hop(door: SmtpDoor) -> str:
    chosen = " unless transport_maps say otherwise" if door.policy.settings.transport_maps else ""
    if door.default_hop == MAILDIR:
        return f"Maildirs under {door.view.text('maildir_directory')}{chosen}"
    return f"{door.default_hop or 'nowhere'}{chosen}"
