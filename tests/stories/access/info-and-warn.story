INFO and WARN write to the log and have no opinion

smtpd_sender_restrictions:
    check_sender_access inline:{ {info.example=INFO seen here}, {warn.example=WARN look at this} }

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<x@info.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@warn.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: info: RCPT from unknown[127.0.0.2]: seen here; from=<x@info.example> to=<bob@example.com> proto=SMTP helo=<client.example> id=…
log: NOQUEUE: warn: RCPT from unknown[127.0.0.2]: look at this; from=<x@warn.example> to=<bob@example.com> proto=SMTP helo=<client.example> id=…
