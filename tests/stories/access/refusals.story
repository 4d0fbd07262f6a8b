REJECT, DEFER and three digits, each with or without words of its own

# An enhanced status code may stand before the text; one that speaks of an address is made to fit what is refused.
# Only digits, however many, permit: a bare 554 lets everybody in.

smtpd_sender_restrictions:
    check_sender_access hash:$config_directory/senders

file senders:
    a.example   REJECT
    b.example   reject Go away
    c.example   REJECT 5.7.99 Go away
    d.example   DEFER
    e.example   DEFER 4.3.9 Come again
    f.example   554 Go away
    g.example   421 4.3.0 Go away for now
    h.example   554
    i.example   450 5.1.1 the first digit follows the code
    j.example   REJECT 5.1.2 made to fit a sender

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<x@a.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <x@a.example>: Sender address rejected: Access denied
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@b.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <x@b.example>: Sender address rejected: Go away
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@c.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.99 <x@c.example>: Sender address rejected: Go away
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@d.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <x@d.example>: Sender address rejected: Access denied
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@e.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.3.9 <x@e.example>: Sender address rejected: Come again
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@f.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <x@f.example>: Sender address rejected: Go away
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@h.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@i.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.1.7 <x@i.example>: Sender address rejected: the first digit follows the code
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@j.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.1.8 <x@j.example>: Sender address rejected: made to fit a sender
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

# 421 ends the session.

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<x@g.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 421 4.3.0 <x@g.example>: Sender address rejected: Go away for now
closes
