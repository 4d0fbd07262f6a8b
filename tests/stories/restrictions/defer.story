defer says: not now

smtpd_data_restrictions:
    check_sender_access inline:{ann@sender.example=OK}
    defer

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<eve@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 450 4.3.2 <DATA>: Data command rejected: Try again later
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
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
C: QUIT
S: 221 2.0.0 Bye
closes

delivered to bob@example.com
log: NOQUEUE: reject: DATA from unknown[127.0.0.2]: 450 4.3.2 <DATA>: Data command rejected: Try again later; from=<eve@sender.example> to=<bob@example.com> proto=SMTP helo=<client.example> id=…
