A redirected message reaches the hop with one recipient

# The transaction at the hop is begun anew; the client hears 250 only after the hop has taken the address. A refusal of
# it is the client's, at RCPT or, where the recipients were accepted before, at DATA: nothing is lost in between.

smtpd_recipient_restrictions:
    check_recipient_access inline:{ {trap@example.com=REDIRECT eve@example.com} {wrong@example.com=REDIRECT nobody@example.com} }
smtpd_data_restrictions:
    check_sender_access inline:{ {data@sender.example=REDIRECT eve@example.com} }
hop:
    RCPT: 250 2.1.5 Ok
    RCPT: 250 2.1.5 Ok
    RCPT: 250 2.1.5 Ok
    RCPT: 250 2.1.5 Ok
    RCPT: 250 2.1.5 Ok
    RCPT: 550 5.1.1 <nobody@example.com>: no such user
    RCPT: 550 5.1.1 <nobody@example.com>: no such user

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<trap@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<carl@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as HOP1
C: MAIL FROM:<data@sender.example>
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
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<wrong@example.com>
S: 550 5.1.1 <nobody@example.com>: no such user
C: DATA
S: 550 5.1.1 <nobody@example.com>: no such user
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to eve@example.com
    Received: …
    …
    Subject: hello

    Hello.
delivered to eve@example.com
hop heard: RCPT TO:<bob@example.com>
hop heard: RSET
hop heard: MAIL FROM:<ann@sender.example>…
hop heard: RCPT TO:<eve@example.com>
hop heard: DATA
hop heard: RCPT TO:<bob@example.com>
hop heard: RCPT TO:<eve@example.com>
hop heard: DATA
log: NOQUEUE: reject: RCPT from unknown[127.0.0.2]: 550 5.1.1 <nobody@example.com>: no such user; from=<ann@sender.example> to=<wrong@example.com> proto=SMTP helo=<client.example> id=…
