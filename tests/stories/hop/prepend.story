A header from an access table reaches the hop

smtpd_client_restrictions:
    check_client_access static:{PREPEND X-Gate: checked}
hop:

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
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
    X-Gate: checked
    Received: …
    …
    Subject: hello

    Hello.
