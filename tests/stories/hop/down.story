The hop is down: come again

hop down

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.0 Error: next hop unavailable
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes
log: warning: next hop 127.0.0.1:…: connect to 127.0.0.1: …
