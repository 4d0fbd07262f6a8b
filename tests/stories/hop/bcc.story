A copy is offered to the hop last, and may be refused

# The copy asks for no notification: the sender need not know of it. Refused, it is a line in the log, and the mail goes on.

smtpd_recipient_restrictions:
    check_sender_access inline:{ {sender.example=BCC archive@example.com} }
hop:
    RCPT: 250 2.1.5 Ok
    RCPT: 250 2.1.5 Ok
    RCPT: 250 2.1.5 Ok
    RCPT: 550 5.1.1 <archive@example.com>: no such user

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
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as HOP1
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<carl@example.com>
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
delivered to bob@example.com
delivered to archive@example.com
delivered to carl@example.com
hop heard: RCPT TO:<bob@example.com>
hop heard: RCPT TO:<archive@example.com> NOTIFY=NEVER
hop heard: DATA
log: warning: BCC to <archive@example.com> was refused, the mail goes on without: 550 5.1.1 <archive@example.com>: no such user; id=…
