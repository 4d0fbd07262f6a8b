DISCARD says yes and drops the message

# No later list is run, nobody is told.

smtpd_sender_restrictions:
    check_sender_access inline:{ {spam.example=DISCARD known spammer} }
smtpd_data_restrictions:
    check_sender_access static:REJECT

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<x@spam.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as …
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 554 5.7.1 <ann@sender.example>: Sender address rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: discard: RCPT from unknown[127.0.0.2]: <x@spam.example>: Sender address known spammer; from=<x@spam.example> to=<bob@example.com> proto=SMTP helo=<client.example> id=…
