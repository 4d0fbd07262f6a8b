The client hears what the hop says of a recipient, and of the message

hop:
    RCPT: 550 5.1.1 <eve@example.com>: nobody of that name
    RCPT: 452 mailbox full
    END-OF-MESSAGE: 554 5.7.1 looks like spam

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<eve@example.com>
S: 550 5.1.1 <eve@example.com>: nobody of that name
C: RCPT TO:<carl@example.com>
S: 452 4.5.3 mailbox full
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 554 5.7.1 looks like spam
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: reject: RCPT from unknown[127.0.0.2]: 550 5.1.1 <eve@example.com>: nobody of that name; from=<ann@sender.example> to=<eve@example.com> proto=SMTP helo=<client.example> id=…
log: proxy-reject: END-OF-MESSAGE: 554 5.7.1 looks like spam; from=<ann@sender.example> to=<bob@example.com> proto=SMTP helo=<client.example> id=…
