"""How Gatepost runs: processes, reload, shutdown."""

from gatepost.config.declaration import Kind, Parameter

RUNNING = (
    Parameter(
        "default_process_limit",
        Kind.NUMBER,
        "The connections at once for a row of master.cf whose maxproc is `-`. In Postfix each is a process.",
        unit="connections",
        least=1,
    ),
    Parameter(
        "worker_processes",
        Kind.NUMBER,
        "The processes that share the work of all doors; 0: one per processor core.",
        default="0",
        unit="processes",
        least=0,
        most=1024,
    ),
    Parameter(
        "shutdown_grace_time",
        Kind.TIME,
        "How long running sessions may go on after SIGTERM.",
        default="30s",
        least=0,
        most=86400,
    ),
    Parameter(
        "reload_grace_time",
        Kind.TIME,
        "How long running sessions may go on under the former configuration after a reload.",
        default="1h",
        least=0,
        most=86400,
    ),
)
