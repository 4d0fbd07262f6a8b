A hop's 421 never reaches the client as 421

# It speaks of the hop's connection, not of the client's. The whole transaction is then lost for now.

hop:
    RCPT: 421 4.3.2 hop.example shutting down

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.0 Error: next hop unavailable
C: RCPT TO:<carl@example.com>
S: 451 4.3.0 Error: next hop unavailable
C: DATA
S: 554 5.5.1 Error: no valid recipients
C: RSET
S: 250 2.0.0 Ok
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
log: warning: next hop 127.0.0.1:…, RCPT: 421 4.3.2 hop.example shutting down
