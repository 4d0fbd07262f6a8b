A client must say who it is

# Row 1: smtpd_helo_required = yes. MAIL before HELO or EHLO is refused, and only that: the client may do better.

use examples/guide
dns examples/guide/demo.zone

client 127.0.0.2
S: 220 gate.example.com ESMTP Postfix
C: MAIL FROM:<ann@sender.example>
S: 503 5.5.1 Error: send HELO/EHLO first
C: HELO good.sender.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello, Bob.
C: ..
C: .
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes

log: connect from good.sender.example[127.0.0.2]
log: disconnect from good.sender.example[127.0.0.2] helo=1 mail=1/2 rcpt=1 data=1 quit=1 commands=5/6

delivered to bob@example.com
    Return-Path: <ann@sender.example>
    Delivered-To: bob@example.com
    Received: from good.sender.example (good.sender.example [127.0.0.2])
    …
    Subject: hello

    Hello, Bob.
    .
