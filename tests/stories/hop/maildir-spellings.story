One mailbox, however its name is spelt

# A bare user belongs to our origin, and a final dot says nothing: all of this is bob's mail. Postmaster is a mailbox too.

main.cf:
    myorigin = example.com

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob>
S: 250 2.1.5 Ok
C: RCPT TO:<Bob@example.com.>
S: 250 2.1.5 Ok
C: RCPT TO:<postmaster>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
    …
    Hello.
delivered to postmaster@example.com
    …
    Hello.
