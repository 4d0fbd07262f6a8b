A table that cannot be read defers, and says why in the log

# warn_if_reject turns this into a warning: it is as if the table had held the refusal.

smtpd_client_restrictions:
    warn_if_reject check_client_access hash:$config_directory/missing
smtpd_sender_restrictions:
    check_sender_access inline:{local.example=OK}
    check_sender_access hash:$config_directory/missing

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<x@local.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.5 <ann@sender.example>: Sender address rejected: Server configuration error
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: reject_warning: RCPT from unknown[127.0.0.2]: 451 4.3.5 <unknown[127.0.0.2]>: Client host rejected: Server configuration error; from=<x@local.example> to=<bob@example.com> proto=SMTP helo=<client.example> id=…
