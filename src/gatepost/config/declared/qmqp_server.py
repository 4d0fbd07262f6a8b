"""The QMQP door (`qmqpd` rows of master.cf): who may use it, what it says when, what it asks of recipients."""

from gatepost.config.declaration import Kind, Parameter

QMQP_SERVER = (
    Parameter(
        "qmqpd_authorized_clients",
        Kind.CLIENTS,
        "Clients that may hand over mail by QMQP; all others are refused. There is no other check by default: "
        "whoever is on this list may send to anybody. Empty: nobody may.",
    ),
    Parameter("qmqpd_error_delay", Kind.TIME, "How long bad news (Z and D) waits before it is told.", least=0),
    Parameter("qmqpd_timeout", Kind.TIME, "How long a client may be silent.", least=1),
    Parameter("qmqpd_client_port_logging", Kind.YES_NO, "Show the client's port in log lines."),
    Parameter(
        "qmqpd_restrictions",
        Kind.RESTRICTIONS,
        "What is asked about each recipient of a message that came by QMQP, as in smtpd_recipient_restrictions; "
        "there is no HELO name. One refused recipient refuses the message. Empty: nothing is asked, as in Postfix.",
        default="",
    ),
)
