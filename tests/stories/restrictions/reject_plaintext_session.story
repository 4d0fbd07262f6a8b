reject_plaintext_session wants encryption

smtpd_sender_restrictions:
    check_sender_access inline:{public.example=OK}
    reject_plaintext_session

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 Session encryption is required
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@public.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
