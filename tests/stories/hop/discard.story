What is discarded never reaches the hop

smtpd_sender_restrictions:
    check_sender_access inline:{spam.example=DISCARD}
hop:

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<x@spam.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<victim@elsewhere.example>
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
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as HOP1
C: QUIT
S: 221 2.0.0 Bye
closes
hop heard: MAIL FROM:<ann@sender.example>
delivered to bob@example.com
