"""How long the SMTP server waits, how much it takes, how many mistakes it forgives."""

from gatepost.config.declaration import Kind, Parameter

SMTP_LIMITS = (
    Parameter("smtpd_timeout", Kind.TIME, "How long to wait for a command, or for more of a message.", least=1),
    Parameter(
        "smtpd_per_request_deadline",
        Kind.YES_NO,
        "smtpd_timeout is for a whole command and its reply, not for each piece of it.",
    ),
    Parameter(
        "smtpd_min_data_rate",
        Kind.NUMBER,
        "With smtpd_per_request_deadline, each so many octets of a message add a second to it.",
        unit="octets per second",
        least=1,
    ),
    Parameter(
        "smtpd_error_sleep_time",
        Kind.TIME,
        "How long each reply is held back once a client has made smtpd_soft_error_limit mistakes.",
        least=0,
    ),
    Parameter(
        "smtpd_soft_error_limit", Kind.NUMBER, "The mistakes before replies are held back.", unit="errors", least=1
    ),
    Parameter("smtpd_hard_error_limit", Kind.NUMBER, "The mistakes before the session ends.", unit="errors", least=1),
    Parameter(
        "smtpd_junk_command_limit",
        Kind.NUMBER,
        "The HELO, EHLO, NOOP, RSET, VRFY and ETRN that are free; each further one is a mistake.",
        unit="commands",
        least=1,
    ),
    Parameter(
        "smtpd_recipient_limit",
        Kind.NUMBER,
        "The recipients of one message; further ones hear 452.",
        unit="recipients",
        least=1,
    ),
    Parameter(
        "smtpd_recipient_overshoot_limit",
        Kind.NUMBER,
        "The recipients over the limit that do not count as mistakes.",
        unit="recipients",
        least=1,
    ),
    Parameter("message_size_limit", Kind.NUMBER, "The largest message; 0: any size.", unit="octets", least=0),
    Parameter(
        "queue_minfree",
        Kind.NUMBER,
        "The free space that must stay where Maildirs are; 0: one and a half times message_size_limit.",
        unit="octets",
        least=0,
    ),
    Parameter(
        "line_length_limit",
        Kind.NUMBER,
        "The longest command line; what is longer is cut.",
        unit="octets",
        least=512,
    ),
    Parameter("header_size_limit", Kind.NUMBER, "The most of one header that is looked at.", unit="octets", least=1),
    Parameter("hopcount_limit", Kind.NUMBER, "The Received headers that make a loop.", unit="headers", least=1),
)
