"""`gatepost users`: who may log in where smtpd_sasl_type is gatepost.

Passwords come from standard input or from a prompt, never from the command line, where every process could read them.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
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
from gatepost.config.loading import load_configuration
from gatepost.model.errors import ConfigurationError
from gatepost.tools.users import UserDesk, UserDeskError

F = TypeVar("F", bound=Callable[..., Any])


def _options(command: F) -> F:
    """What every subcommand has."""
    return configuration_options(click.option("--json", "as_json", is_flag=True, help="For programs.")(command))


@click.group(short_help="Say who may log in.")
@directory_option
def users() -> None:
    """Say who may log in, where smtpd_sasl_type = gatepost.

    Works on smtpd_sasl_users_file, which a running server reads anew when it changes. Passwords are asked for, or
    read from standard input (its first line) where that is no terminal; only argon2 or scrypt hashes are kept.

    \b
    gatepost users add ann@example.com          ask for a password, and let ann log in
    gatepost users passwd ann@example.com       another password
    gatepost users disable ann@example.com      no login, but not forgotten
    gatepost users list                         everybody
    gatepost users check ann@example.com        is this her password?

    Exit status: 0 fine; 1 the answer is no; 2 usage; 78 configuration error.
    """


@users.command()
@_options
@click.option("--scheme", type=click.Choice(["argon2", "scrypt"]), default="argon2", help="How to keep it.")
@click.argument("name")
@click.pass_context
def add(context: click.Context, /, as_json: bool, scheme: str, name: str, **where: Any) -> None:  # noqa: ANN401 - -c, -o
    """Add a user, and ask for the password.

    Exit status: 0; 1 when there is one of this name.
    """
    desk = _desk(context, where)
    _try(lambda: desk.add(name, _new_password(), scheme))
    _say(f"{name} may log in", {"name": name, "enabled": True}, as_json=as_json)


@users.command()
@_options
@click.option("--scheme", type=click.Choice(["argon2", "scrypt"]), default="argon2", help="How to keep it.")
@click.argument("name")
@click.pass_context
def passwd(context: click.Context, /, as_json: bool, scheme: str, name: str, **where: Any) -> None:  # noqa: ANN401 - -c, -o
    """Give a user another password.

    Exit status: 0; 1 when there is no such user.
    """
    desk = _desk(context, where)
    _try(lambda: desk.change(name, _new_password(), scheme))
    _say(f"{name} has another password", {"name": name}, as_json=as_json)


@users.command("list", short_help="List all users.")
@_options
@click.pass_context
def list_(context: click.Context, /, as_json: bool, **where: Any) -> None:  # noqa: ANN401 - -c, -o
    """List all users, one on a line: enabled or disabled, how the password is kept, the name.

    Exit status: 0 some, 1 none.
    """
    found = _try(_desk(context, where).all)
    for user in found:
        state = "enabled" if user.is_enabled else "disabled"
        _say(
            f"{state} {user.scheme} {user.name}",
            {"name": user.name, "enabled": user.is_enabled, "scheme": user.scheme},
            as_json=as_json,
        )
    if not found:
        click.echo("gatepost users: there are none", err=True)
    context.exit(0 if found else 1)


@users.command()
@_options
@click.argument("name")
@click.pass_context
def disable(context: click.Context, /, as_json: bool, name: str, **where: Any) -> None:  # noqa: ANN401 - -c, -o
    """Let a user log in no more; the password stays.

    Exit status: 0; 1 when there is no such user.
    """
    desk = _desk(context, where)
    _try(lambda: desk.enable(name, is_enabled=False))
    _say(f"{name} cannot log in", {"name": name, "enabled": False}, as_json=as_json)


@users.command()
@_options
@click.argument("name")
@click.pass_context
def enable(context: click.Context, /, as_json: bool, name: str, **where: Any) -> None:  # noqa: ANN401 - -c, -o
    """Let a disabled user log in again.

    Exit status: 0; 1 when there is no such user.
    """
    desk = _desk(context, where)
    _try(lambda: desk.enable(name, is_enabled=True))
    _say(f"{name} may log in", {"name": name, "enabled": True}, as_json=as_json)


@users.command()
@_options
@click.argument("name")
@click.pass_context
def remove(context: click.Context, /, as_json: bool, name: str, **where: Any) -> None:  # noqa: ANN401 - -c, -o
    """Forget a user.

    Exit status: 0; 1 when there is no such user.
    """
    desk = _desk(context, where)
    _try(lambda: desk.remove(name))
    _say(f"{name} is removed", {"name": name, "removed": True}, as_json=as_json)


@users.command(short_help="Tell whether a password is the right one.")
@_options
@click.argument("name")
@click.pass_context
def check(context: click.Context, /, as_json: bool, name: str, **where: Any) -> None:  # noqa: ANN401 - -c, -o
    """Tell whether a password, asked for, is the one of a user who may log in.

    Exit status: 0 it is, 1 it is not.
    """
    desk = _desk(context, where)
    is_right = _try(lambda: desk.check(name, _password(confirm=False)))
    _say("yes" if is_right else "no", {"name": name, "may_log_in": is_right}, as_json=as_json)
    context.exit(0 if is_right else 1)


def _desk(context: click.Context, where: dict[str, Any]) -> UserDesk:
    try:
        directory = directory_of(context, where["config_dir"])
        configuration = load_configuration(directory, overrides_of(where["overrides"]))
        path = Path(configuration.text("smtpd_sasl_users_file"))
    except ConfigurationError as error:
        show_complaints(error.complaints)
        sys.exit(EX_CONFIG)
    return UserDesk(path, configuration.text("smtpd_sasl_local_domain"))


def _try(work: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the work gives
    try:
        return work()
    except UserDeskError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}")


def _fail(text: str) -> NoReturn:
    click.echo(f"gatepost users: {text}", err=True)
    sys.exit(1)


def _new_password() -> bytes:
    password = _password(confirm=True)
    if not password:
        _fail("an empty password")
    return password


def _password(*, confirm: bool) -> bytes:
    if sys.stdin.isatty():
        text: str = click.prompt("Password", hide_input=True, confirmation_prompt=confirm, err=True)
        return text.encode()
    return sys.stdin.buffer.readline().rstrip(b"\r\n")


def _say(line: str, told: dict[str, Any], *, as_json: bool) -> None:
    click.echo(json.dumps(told) if as_json else line)
