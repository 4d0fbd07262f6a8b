check_helo_access: the name that the client says, and its parents

# A table of patterns sees the whole name only. An address in HELO is never looked up as a network.

smtpd_helo_restrictions:
    check_helo_access inline:{bad.example=REJECT, {192.0.2=REJECT network}}
    regexp:{ { /^friend/ REJECT by pattern } }

client 127.0.0.2
S: …
C: HELO mx.BAD.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <mx.BAD.example>: Helo command rejected: Access denied
C: HELO friend.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <friend.example>: Helo command rejected: by pattern
C: HELO 192.0.2.7
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
