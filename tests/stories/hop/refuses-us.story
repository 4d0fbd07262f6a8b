A refusal of this gate is no refusal of the mail

# Whatever the hop has against our greeting, EHLO or MAIL: the client keeps the mail and hears 451, never a bounce.

hop:
    CONNECT: 554 5.7.1 you are on my list
    EHLO: 550 5.7.1 I do not know you
    HELO: 550 5.7.1 I do not know you
    MAIL: 530 5.7.0 authenticate first

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.0 Error: next hop unavailable
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.0 Error: next hop unavailable
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.0 Error: next hop unavailable
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
log: warning: next hop 127.0.0.1:… refused us at CONNECT: 554 5.7.1 you are on my list
log: warning: next hop 127.0.0.1:… refused us at HELO: 550 5.7.1 I do not know you
log: warning: next hop 127.0.0.1:… refused us at MAIL: 530 5.7.0 authenticate first
