"""`gatepost run`: serve the doors of master.cf until told to stop."""

import contextlib
import sys
from pathlib import Path

import click

from gatepost.cli.options import EX_CONFIG, configuration_options, directory_of, overrides_of, show_complaints
from gatepost.config.configuration import Configuration
from gatepost.config.loading import load_configuration
from gatepost.model.errors import Complaint, ConfigurationError
from gatepost.service.serving import GateLoader
from gatepost.service.supervisor import Supervisor
from gatepost.world.watching.log import Log
from gatepost.world.watching.log_destination import (
    FileDestination,
    LogDestination,
    StreamDestination,
    SyslogDestination,
)


@click.command()
@configuration_options
@click.option("--syslog", is_flag=True, help="Log to syslog instead of standard output (maillog_file wins).")
@click.pass_context
def run(context: click.Context, config_dir: Path | None, overrides: tuple[str, ...], syslog: bool) -> None:
    """Serve the doors of master.cf in the foreground until SIGTERM or Ctrl-C.

    Changes of main.cf, master.cf and text tables are followed by themselves; SIGHUP reloads at once; SIGUSR1 opens
    maillog_file again. A change that cannot be used keeps the old policy and says why.
    """
    directory = directory_of(context, config_dir)
    try:
        on_top = overrides_of(overrides)
        configuration = load_configuration(directory, on_top)
        log = _log(configuration, syslog=syslog)
        supervisor = Supervisor(GateLoader(directory, on_top), log)
        with contextlib.suppress(KeyboardInterrupt):
            context.exit(supervisor.run())
    except ConfigurationError as error:
        show_complaints(error.complaints)
        click.echo(f"gatepost: not started; `gatepost check -c {directory}` tells more", err=True)
        context.exit(EX_CONFIG)


def _log(configuration: Configuration, *, syslog: bool) -> Log:
    tag = f"{configuration.text('syslog_name')}/gatepost"
    return Log(_destination(configuration, syslog=syslog), configuration.text("myhostname").split(".")[0], tag)


def _destination(configuration: Configuration, *, syslog: bool) -> LogDestination:
    path = configuration.text("maillog_file")
    if path and path != "/dev/stdout":
        try:
            return FileDestination(Path(path))
        except OSError as error:
            place = configuration.place("maillog_file")
            text = f"maillog_file: {path}: {error.strerror}"
            raise ConfigurationError(Complaint("error", place, text, "make its directory writable")) from None
    if syslog:
        return SyslogDestination(configuration.text("syslog_facility"))
    return StreamDestination(sys.stdout.fileno())
