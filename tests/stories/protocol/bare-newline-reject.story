smtpd_forbid_bare_newline = reject

# In a message the refusal waits for its end and the session goes on; in a command it ends the session.

main.cf:
    smtpd_forbid_bare_newline = reject

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C+ Subject: bare\n\r\ntext\r\n.\r\n
S: 550 5.5.2 gate.example.com Error: bare <LF> received
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C+ RCPT TO:<bob@example.com>\n
S: 550 5.5.2 gate.example.com Error: bare <LF> received
closes
