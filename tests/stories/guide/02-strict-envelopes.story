Addresses stand in angle brackets, alone

# Row 2: strict_rfc821_envelopes = yes. No phrases, no comments, no bare addresses: honest mailers never send them.

use examples/guide
dns examples/guide/demo.zone

client 127.0.0.2
S: …
C: HELO good.sender.example
S: 250 gate.example.com
C: MAIL FROM:ann@sender.example
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:Ann <ann@sender.example>
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:<ann@sender.example (Ann)>
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM: <ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:bob@example.com
S: 501 5.1.3 Bad recipient address syntax
C: RCPT TO:<>
S: 501 5.1.3 Bad recipient address syntax
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
log: warning: Illegal address syntax from good.sender.example[127.0.0.2] in MAIL command: ann@sender.example
