PREPEND puts a header on top, once for every recipient, and goes on

smtpd_recipient_restrictions:
    check_sender_access inline:{ {sender.example=PREPEND X-Sender-Is: known}, {odd.example=PREPEND no header} }

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<carl@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as …
C: MAIL FROM:<x@odd.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

delivered to bob@example.com
    Return-Path: <ann@sender.example>
    Delivered-To: bob@example.com
    X-Sender-Is: known
    X-Sender-Is: known
    Received: from client.example (unknown [127.0.0.2])
    	by gate.example.com (Postfix) with SMTP id …;
    	…
    Subject: hello

    Hello.
delivered to carl@example.com
log: warning: PREPEND needs a header …
