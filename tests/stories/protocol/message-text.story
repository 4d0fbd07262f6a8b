What a message looks like when it arrives

# Dots are unstuffed, a mbox "From " line is made a header, lines keep their octets.

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
C: From ann@sender.example Sun Nov 22 10:00:00 2026
C: Subject: dots
C:
C: ..one
C: ...two
C: grüße
C: . three
C: .
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
    …
    X-Mailbox-Line: From ann@sender.example Sun Nov 22 10:00:00 2026
    Subject: dots

    .one
    ..two
    grüße
     three
