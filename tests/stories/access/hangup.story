HANGUP closes the connection without a word

smtpd_client_restrictions:
    check_client_access inline:{127.0.0.2=HANGUP}

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
closes
log: NOQUEUE: hangup: RCPT from unknown[127.0.0.2]: ; from=<ann@sender.example> to=<bob@example.com> proto=SMTP helo=<client.example> id=…
log: disconnect from unknown[127.0.0.2] helo=1 mail=1 rcpt=0/1 commands=2/3
