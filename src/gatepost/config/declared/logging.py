"""Where the log goes and under which name."""

from gatepost.config.declaration import Kind, Parameter

SYSLOG_FACILITIES = (
    *("auth", "authpriv", "cron", "daemon", "ftp", "kern", "lpr", "mail", "news", "syslog", "user", "uucp"),
    *(f"local{number}" for number in range(8)),
)

LOGGING = (
    Parameter(
        "syslog_name",
        Kind.TEXT,
        "The name before /smtpd[pid] in each line. Programs that read Postfix's log look for postfix.",
    ),
    Parameter("syslog_facility", Kind.CHOICE, "The facility of lines sent to syslog.", choices=SYSLOG_FACILITIES),
    Parameter(
        "maillog_file",
        Kind.TEXT,
        "The file to log to, or /dev/stdout. Empty: standard output, or syslog where the service says so.",
    ),
    Parameter("maillog_file_prefixes", Kind.WORDS, "The directories that maillog_file may be in."),
)
