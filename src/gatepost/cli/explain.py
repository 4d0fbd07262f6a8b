"""`gatepost explain`: what would happen to one mail, and why, step by step."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import click

from gatepost.cli.options import EX_CONFIG, configuration_options, directory_of, overrides_of, show_complaints
from gatepost.config.loading import load_configuration
from gatepost.model.address import IPAddress, parse_ip
from gatepost.model.errors import Complaint, ConfigurationError
from gatepost.tools.explain import Decision, Explanation, Facts, choose_policy, explain_mail
from gatepost.tools.explain_json import as_dict
from gatepost.tools.explain_text import UNLIMITED, Page
from gatepost.tools.trace import Permission

EXIT_STATUS = {Decision.ACCEPT: 0, Decision.REJECT: 1, Decision.DEFER: 3}

COLOURS: dict[str, dict[str, str | bool]] = {
    "heading": {"bold": True},
    "good": {"fg": "green", "bold": True},
    "bad": {"fg": "red", "bold": True},
    "later": {"fg": "yellow"},
    "aside": {"dim": True},
    "plain": {},
}


def _address(_: click.Context, __: click.Parameter, value: str) -> IPAddress:
    """Read an IPv4 or IPv6 address, in brackets or not."""
    bare = value.strip("[]")
    try:
        return parse_ip(bare[5:] if bare[:5].lower() == "ipv6:" else bare)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not an IP address") from None


def _word(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """Check that a client can say this."""
    if value is not None and any(letter in value for letter in "\r\n\0"):
        raise click.BadParameter("holds a line end or NUL, which no client can say")
    return value


def _mailbox(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Read a mail address, in angle brackets or not."""
    text = _word(context, parameter, value) or ""
    return text[1:-1] if text.startswith("<") and text.endswith(">") else text


@click.command(short_help="Tell what would happen to one mail, and why.")
@configuration_options
@click.option("--client", required=True, callback=_address, metavar="ADDRESS", help="The address of the client.")
@click.option(
    "--client-name",
    callback=_word,
    metavar="NAME",
    help="Its verified name (`unknown`: none) instead of asking the DNS.",
)
@click.option(
    "--reverse-name", callback=_word, metavar="NAME", help="The name that its address has, verified or not."
)
@click.option(
    "--helo",
    "helo_name",
    callback=_word,
    metavar="NAME",
    help="What it says in HELO or EHLO; without this it says neither.",
)
@click.option(
    "--from", "sender", required=True, callback=_mailbox, metavar="MAILBOX", help="The sender; <> for none."
)
@click.option("--to", "recipient", required=True, callback=_mailbox, metavar="MAILBOX", help="The recipient.")
@click.option(
    "--sasl-user", "sasl_username", default="", callback=_word, metavar="NAME", help="The user that has logged in."
)
@click.option("--tls", "is_tls", is_flag=True, help="The session is encrypted.")
@click.option("--protocol", type=click.Choice(["SMTP", "ESMTP"]), default="ESMTP", help="HELO or EHLO.")
@click.option("--service", default="", help="The smtpd or policyd row of master.cf (submission); else the first.")
@click.option("--ask-services", is_flag=True, help="Ask policy services too: they may count and record it.")
@click.option("--no-dns", is_flag=True, help="Do not ask the DNS: what it would decide is taken for no opinion.")
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object (docs/explain.md).")
@click.pass_context
def explain(
    context: click.Context,
    /,
    config_dir: Path | None,
    overrides: tuple[str, ...],
    protocol: str,
    service: str,
    ask_services: bool,
    no_dns: bool,
    as_json: bool,
    **facts: Any,  # noqa: ANN401 - the other options, each named like the field of Facts that it is
) -> None:
    """Tell what the policy would say to one mail, and why: every list and restriction in the order of evaluation.

    Shown are what was asked and what came back (table, file and line; DNS records and how long they took), each
    verdict, what was skipped, and the reply that the client would hear. It works on an unchanged /etc/postfix, needs
    no running server, and changes nothing.

    Exit status: 0 the mail is accepted, 1 refused, 3 refused for now, 78 the configuration cannot be used.
    """
    try:
        configuration = load_configuration(directory_of(context, config_dir), overrides_of(overrides))
        loaded = choose_policy(configuration, service)
        mail = Facts(is_extended=protocol == "ESMTP", **facts)
        explanation = explain_mail(loaded, mail, Permission(dns=not no_dns, services=ask_services))
    except ConfigurationError as error:
        show_complaints(error.complaints)
        context.exit(EX_CONFIG)
    if as_json:
        click.echo(json.dumps(as_dict(explanation), indent=2))
    else:
        _show(explanation)
        show_complaints(_would_not_start(fault) for fault in loaded.relay_faults)
    context.exit(EXIT_STATUS[explanation.decision])


def _would_not_start(fault: Complaint) -> Complaint:
    return Complaint(fault.severity, fault.place, f"no server starts with this policy: {fault.text}", fault.cure)


def _show(explanation: Explanation) -> None:
    """For a person: colours and the width of the terminal; plain and unbroken lines where there is none."""
    is_terminal = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else UNLIMITED
    for line in Page(explanation, _coloured if is_terminal else _plain, width).lines():
        click.echo(line.rstrip().encode("utf-8", "surrogateescape"))


def _coloured(text: str, role: str) -> str:
    return click.style(text, **COLOURS[role])  # type: ignore[arg-type]  # the styles of click, by role


def _plain(text: str, _: str) -> str:
    return text
