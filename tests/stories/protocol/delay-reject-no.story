smtpd_delay_reject = no: every list in its own time

# Client restrictions at connect, HELO restrictions at HELO, sender restrictions at MAIL. Who is refused at connect may
# only QUIT.

main.cf:
    smtpd_delay_reject = no
smtpd_client_restrictions:
    check_client_access inline:{127.0.0.3=REJECT, 127.0.0.4=DEFER_IF_PERMIT}
smtpd_helo_restrictions:
    check_helo_access inline:{bad.example=REJECT}
smtpd_sender_restrictions:
    check_sender_access inline:{bad.example=REJECT}

client 127.0.0.2
S: …
C: HELO bad.example
S: 554 5.7.1 <bad.example>: Helo command rejected: Access denied
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@bad.example>
S: 554 5.7.1 <ann@bad.example>: Sender address rejected: Access denied
C: RCPT TO:<bob@example.com>
S: 503 5.5.1 Error: need MAIL command
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.3
S: 554 5.7.1 <unknown[127.0.0.3]>: Client host rejected: Access denied
C: HELO client.example
S: 503 5.7.0 Error: access denied for unknown[127.0.0.3]
C: NOOP
S: 503 5.7.0 Error: access denied for unknown[127.0.0.3]
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: reject: CONNECT from unknown[127.0.0.3]: 554 5.7.1 <unknown[127.0.0.3]>: Client host rejected: Access denied; proto=SMTP id=…
log: NOQUEUE: reject: HELO from unknown[127.0.0.2]: 554 5.7.1 <bad.example>: Helo command rejected: Access denied; proto=SMTP helo=<bad.example> id=…
log: NOQUEUE: reject: MAIL from unknown[127.0.0.2]: 554 5.7.1 <ann@bad.example>: Sender address rejected: Access denied; from=<ann@bad.example> proto=SMTP helo=<client.example> id=…

# A deferral of an early list waits for the end of RCPT.
client 127.0.0.4
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <unknown[127.0.0.4]>: Client host rejected: Service unavailable
C: QUIT
S: 221 2.0.0 Bye
closes
