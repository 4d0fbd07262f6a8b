After the hop has refused DATA nobody is taken until the client starts anew

# The hop has forgotten the first recipient. A second one accepted now would make a message that the first never gets.

hop:
    DATA: 451 4.3.0 not now

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 451 4.3.0 not now
C: RCPT TO:<carl@example.com>
S: 451 4.3.0 Error: next hop unavailable
C: DATA
S: 451 4.3.0 Error: next hop unavailable
C: RSET
S: 250 2.0.0 Ok
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
S: 250 2.0.0 Ok: queued as HOP1
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
    …
    Hello.
delivered to carl@example.com
    …
    Hello.
