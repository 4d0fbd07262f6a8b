"""`gatepost greylist`: what greylisting has written down, seen and changed by hand, while the server runs."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
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
from gatepost.config.declaration import Kind, Parameter
from gatepost.config.loading import load_configuration
from gatepost.config.reading import read_fields
from gatepost.config.values import BadValueError, read_seconds
from gatepost.model.errors import ConfigurationError
from gatepost.service.site_findings import make_data_directory
from gatepost.tools.greylist import GreylistDesk, GreylistSettings, KnownClient, NoClientError, Triplet, Window
from gatepost.world.greylists.opening import BadStoreNameError, open_greylist
from gatepost.world.greylists.store import StoreAwayError

F = TypeVar("F", bound=Callable[..., Any])


class Time(click.ParamType[int]):
    """A time as main.cf has it: 10m, 2h, 30d."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401 - click's
        """Read it."""
        try:
            return (
                value if isinstance(value, int) else read_seconds(Parameter("--for", Kind.TIME, "", least=1), value)
            )
        except BadValueError as error:
            self.fail(f"{error.text}: {error.cure}", param, ctx)


def _options(command: F) -> F:
    """What every subcommand has."""
    return configuration_options(click.option("--json", "as_json", is_flag=True, help="For programs.")(command))


@click.group(short_help="See and change what greylisting knows.")
@directory_option
def greylist() -> None:
    """See and change what greylisting has written down.

    Works on the store that greylist_store names, beside the running server: no restart, and none need run. A CLIENT
    is an address, a network or a host name: it stands for its network (greylist_ipv4_prefix_length) or for the
    organisational domain that all machines of its owner share (mx1.a.example.org stands for example.org).

    \b
    gatepost greylist list                             who waits, who is known
    gatepost greylist show 192.0.2.7                   one client: its good retries, its mail
    gatepost greylist show bob@example.com             one mailbox: who waits for it, from it
    gatepost greylist expect bob@example.com --for 10m let the next mail to bob in at once
    gatepost greylist allow outlook.com                put this client off no more
    gatepost greylist forget 192.0.2.7                 begin anew with this client
    gatepost greylist stats                            how much there is

    Exit status: 0 fine; 1 nothing found, or the store is away; 2 usage; 78 configuration error.
    """


@greylist.command("list", short_help="List who waits and who is known.")
@_options
@click.option("--client", default="", metavar="CLIENT", help="Only this client.")
@click.option("--from", "sender", default="", metavar="MAILBOX", help="Only this sender; <> for none.")
@click.option("--to", "recipient", default="", metavar="MAILBOX", help="Only this recipient; this one is quick.")
@click.option("--state", type=click.Choice(["waiting", "known"]), help="Only these.")
@click.option("--most", type=click.IntRange(1), default=None, metavar="N", help="Stop after so many.")
@click.pass_context
def list_(
    context: click.Context,
    /,
    as_json: bool,
    client: str,
    sender: str,
    recipient: str,
    state: str | None,
    most: int | None,
    **where: Any,  # noqa: ANN401 - -c and -o
) -> None:
    """List triplets, one on a line: state, client, sender, recipient, first try, last mail, seconds left.

    With --json one object on a line; times are seconds since 1970.

    Exit status: 0; 1 where only some were asked for and there are none of these.
    """

    async def work(desk: GreylistDesk) -> int:
        count = 0
        wanted = desk.client(client) if client else ""
        async for triplet in desk.triplets(client=wanted, sender=sender, recipient=recipient):
            if state in (None, triplet.state):
                count += 1
                click.echo(json.dumps(asdict(triplet)) if as_json else _line(triplet))
                if count == most:
                    break
        return count

    if _run(context, where, work):
        return
    if client or sender or recipient or state:
        click.echo("greylist: no such triplet", err=True)
        context.exit(1)
    click.echo("greylist: nothing is remembered yet", err=True)


@greylist.command(short_help="Show what is known of one client or mailbox.")
@_options
@click.argument("who", metavar="CLIENT|MAILBOX")
@click.pass_context
def show(context: click.Context, /, as_json: bool, who: str, **where: Any) -> None:  # noqa: ANN401 - -c and -o
    """Show what is known of one client, or of one mailbox as recipient and as sender.

    Exit status: 0 something, 1 nothing.
    """

    async def work(desk: GreylistDesk) -> tuple[list[KnownClient], list[Window], list[Triplet]]:
        if "@" not in who and who != "<>":
            client = desk.client(who)
            return [await desk.known_client(client)], [], await _all(desk.triplets(client=client))
        recipient = desk.recipient(who)
        windows = [each for each in await _all(desk.windows()) if each.recipient == recipient]
        triplets = [*await _all(desk.triplets(recipient=who)), *await _all(desk.triplets(sender=who))]
        return [], windows, list(dict.fromkeys(triplets))

    clients, windows, triplets = _run(context, where, work)
    if as_json:
        told = {
            "clients": [asdict(each) for each in clients],
            "windows": [asdict(each) for each in windows],
            "triplets": [asdict(each) for each in triplets],
        }
        click.echo(json.dumps(told, indent=2))
    else:
        for line in (*map(_client_line, clients), *map(_window_line, windows), *map(_line, triplets)):
            click.echo(line)
    is_known = any(each.good_retries or each.is_allowed for each in clients)
    if not (is_known or windows or triplets):
        click.echo(f"greylist: nothing is known of {who}", err=True)
        context.exit(1)


@greylist.command()
@_options
@click.option("--for", "seconds", type=Time(), default=None, metavar="TIME", help="For so long; else without an end.")
@click.argument("client")
@click.pass_context
def allow(context: click.Context, /, as_json: bool, seconds: int | None, client: str, **where: Any) -> None:  # noqa: ANN401 - -c and -o
    """Put a client off no more. `forget` takes it back.

    What is to stand in the configuration belongs into greylist_client_exceptions.
    """
    told = _run(context, where, lambda desk: desk.allow(desk.client(client), seconds), writes=True)
    click.echo(json.dumps(asdict(told)) if as_json else _client_line(told))


@greylist.command(short_help="Let mail to one recipient in at once for a while.")
@_options
@click.option("--for", "seconds", type=Time(), default="10m", show_default=True, metavar="TIME", help="For so long.")
@click.argument("recipient")
@click.pass_context
def expect(context: click.Context, /, as_json: bool, seconds: int, recipient: str, **where: Any) -> None:  # noqa: ANN401 - -c and -o
    """Let mail to one recipient in at once for a while: somebody waits for a login link.

    Whoever writes to it meanwhile is known from then on, for this recipient.
    """
    told = _run(context, where, lambda desk: desk.expect(recipient, seconds), writes=True)
    click.echo(json.dumps(asdict(told)) if as_json else _window_line(told))


@greylist.command(short_help="Forget a client, or a mailbox and its window.")
@_options
@click.argument("who", metavar="CLIENT|MAILBOX")
@click.pass_context
def forget(context: click.Context, /, as_json: bool, who: str, **where: Any) -> None:  # noqa: ANN401 - -c and -o
    """Forget a client with its retries and triplets, or all triplets from and to a mailbox and its window.

    Exit status: 0 something was forgotten, 1 nothing was known.
    """

    async def work(desk: GreylistDesk) -> int:
        is_mailbox = "@" in who or who == "<>"
        return await (desk.forget_mailbox(who) if is_mailbox else desk.forget_client(desk.client(who)))

    count = _run(context, where, work)
    click.echo(json.dumps({"forgotten": count}) if as_json else f"forgotten: {count}")
    context.exit(0 if count else 1)


@greylist.command(short_help="Count what is written down.")
@_options
@click.pass_context
def stats(context: click.Context, /, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - -c and -o
    """Count what is written down: pairs of sender and recipient, triplets that wait and that are known, clients."""
    told = asdict(_run(context, where, lambda desk: desk.numbers()))
    if as_json:
        click.echo(json.dumps(told))
    for name, count in () if as_json else told.items():
        click.echo(f"{name.replace('_', ' '):<16}{count:>12}")


T = TypeVar("T")


def _run(
    context: click.Context,
    where: dict[str, Any],
    work: Callable[[GreylistDesk], Awaitable[T]],
    *,
    writes: bool = False,
) -> T:
    """Open the store and do the work. Who `writes` makes data_directory where it is missing, for its owner."""
    try:
        configuration = load_configuration(
            directory_of(context, where["config_dir"]), overrides_of(where["overrides"])
        )
        settings = read_fields(configuration, GreylistSettings)
        if writes:
            show_complaints(make_data_directory(configuration))
    except ConfigurationError as error:
        show_complaints(error.complaints)
        context.exit(EX_CONFIG)
    if settings.greylist_store == "memory:":
        _fail(context, "greylist_store = memory: is inside the server and cannot be seen from here", EX_CONFIG)
    try:
        return asyncio.run(_work(settings, work))
    except NoClientError as error:
        raise click.UsageError(str(error)) from None
    except BadStoreNameError as error:
        _fail(context, f"greylist_store: {error}: {error.cure}", EX_CONFIG)
    except StoreAwayError as error:
        _fail(context, str(error), 1)


async def _work(settings: GreylistSettings, work: Callable[[GreylistDesk], Awaitable[T]]) -> T:
    store = open_greylist(settings.greylist_store, settings.greylist_deadline)
    try:
        return await work(GreylistDesk(store, settings, int(time.time())))
    except StoreAwayError as error:
        raise StoreAwayError(f"{store.name}: {error}") from None
    finally:
        await store.close()


async def _all(things: AsyncIterator[T]) -> list[T]:
    return [each async for each in things]


def _fail(context: click.Context, text: str, status: int) -> NoReturn:
    click.echo(f"greylist: fatal: {text}", err=True)
    context.exit(status)


def _clock(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(seconds))


def _line(triplet: Triplet) -> str:
    left = f" left={triplet.seconds_left}s" if triplet.state == "waiting" else ""
    return (
        f"{triplet.state:<7} client={triplet.client} from=<{triplet.sender.strip('<>')}> to=<{triplet.recipient}>"
        f" first={_clock(triplet.first)} last={_clock(triplet.last)}{left}"
    )


def _client_line(client: KnownClient) -> str:
    state = "allowed" if client.is_allowed else "client"
    until = "" if client.allowed_until == 0 else " until=never-ends"
    until = f" until={_clock(client.allowed_until)}" if client.allowed_until else until
    last = f" last={_clock(client.last)}" if client.last else ""
    return f"{state:<7} client={client.client} good_retries={client.good_retries}{last}{until}"


def _window_line(window: Window) -> str:
    return f"expects to=<{window.recipient}> until={_clock(window.until)}"
