"""`gatepost verify`: what is known of addresses that their servers were asked about, and asking anew."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn, TypeVar

import click

from gatepost.cli.options import (
    EX_CONFIG,
    configuration_options,
    directory_of,
    directory_option,
    overrides_of,
    show_complaints,
)
from gatepost.model.errors import ConfigurationError
from gatepost.policy.address_verification import AddressStatus
from gatepost.tools.address_verification import Known, VerifyDesk, open_desk
from gatepost.world.verification.cache import CacheAwayError

F = TypeVar("F", bound=Callable[..., Any])


def _options(command: F) -> F:
    """What every subcommand has."""
    return configuration_options(click.option("--json", "as_json", is_flag=True, help="For programs.")(command))


@click.group(short_help="See, forget and ask which addresses take mail.")
@directory_option
def verify() -> None:
    """See what address verification knows, forget it, ask anew.

    Works on the file that address_verify_map names, beside the running server: no restart, and none need run.
    reject_unverified_recipient and reject_unverified_sender fill it.

    \b
    gatepost verify list                        every address that was asked about
    gatepost verify list bob@example.com        one address
    gatepost verify flush bob@example.com       forget one: the next mail asks anew
    gatepost verify flush --all                 forget all
    gatepost verify probe bob@example.com       ask the next hop now, as for a recipient
    gatepost verify probe --sender ann@a.example  ask the mail exchangers of a.example

    Exit status: 0 fine; 1 the answer is no; 2 usage; 78 configuration error.
    """


@verify.command("list", short_help="List what is known.")
@_options
@click.argument("address", default="")
@click.pass_context
def list_(context: click.Context, /, as_json: bool, address: str, **where: Any) -> None:  # noqa: ANN401 - -c and -o
    """List what is known, one address on a line: status, address, who was asked, age in seconds, what was said.

    Status is deliverable, undeliverable, deferred (could not be told) or "in progress". With --json one object on a
    line; times are seconds since 1970.

    Exit status: 0; 1 where nothing is known of the address.
    """

    async def work(desk: VerifyDesk) -> int:
        found = await desk.known(address)
        for known in found:
            click.echo(json.dumps(known.as_dict()) if as_json else _line(known))
        if found:
            return 0
        what = f"nothing is known of {address}" if address else "nothing is remembered yet"
        click.echo(f"verify: {what}", err=True)
        return 1 if address else 0

    context.exit(_run(context, where, work))


@verify.command(short_help="Forget one address, or all.")
@_options
@click.option("--all", "is_all", is_flag=True, help="Forget every address.")
@click.argument("address", default="")
@click.pass_context
def flush(context: click.Context, /, as_json: bool, is_all: bool, address: str, **where: Any) -> None:  # noqa: ANN401 - -c and -o
    """Forget what is known of one address, or of all: the next mail has it asked for anew.

    Exit status: 0 something was forgotten, 1 nothing was known.
    """
    if is_all == bool(address):
        raise click.UsageError("give either an ADDRESS or --all")

    async def work(desk: VerifyDesk) -> int:
        count = await desk.flush(address)
        click.echo(json.dumps({"forgotten": count}) if as_json else f"{count} forgotten")
        return 0 if count else 1

    context.exit(_run(context, where, work))


@verify.command(short_help="Ask now whether an address takes mail.")
@_options
@click.option("--sender", "is_sender", is_flag=True, help="Ask as for a sender: the mail exchangers of its domain.")
@click.argument("address")
@click.pass_context
def probe(context: click.Context, /, as_json: bool, is_sender: bool, address: str, **where: Any) -> None:  # noqa: ANN401 - -c and -o
    """Ask now whether an address takes mail, say what the server said, and write it down.

    The cache is not asked. Nothing is delivered: the server hears MAIL and RCPT.

    Exit status: 0 deliverable, 1 undeliverable, 3 it could not be told.
    """

    async def work(desk: VerifyDesk) -> int:
        known = await desk.probe(address, is_sender=is_sender)
        click.echo(json.dumps(known.as_dict()) if as_json else _line(known))
        statuses = {AddressStatus.DELIVERABLE.value: 0, AddressStatus.UNDELIVERABLE.value: 1}
        return statuses.get(known.status, 3)

    context.exit(_run(context, where, work))


def _run(context: click.Context, where: dict[str, Any], work: Callable[[VerifyDesk], Awaitable[int]]) -> int:
    async def go() -> int:
        desk = open_desk(directory_of(context, where["config_dir"]), overrides_of(where["overrides"]))
        try:
            return await work(desk)
        finally:
            desk.close()

    try:
        return asyncio.run(go())
    except ConfigurationError as error:
        show_complaints(error.complaints)
        return EX_CONFIG
    except CacheAwayError as error:
        _fail(f"address_verify_map: {error}")


def _line(known: Known) -> str:
    age = f"{max(0, int(time.time()) - known.updated)} s"
    return f"{known.status}\t{known.address}\t{known.asked}\t{age}\t{known.text}".rstrip()


def _fail(why: str) -> NoReturn:
    click.echo(f"verify: {why}", err=True)
    sys.exit(1)
