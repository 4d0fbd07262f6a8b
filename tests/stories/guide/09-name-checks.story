Names that are whole and known, and never an open relay

# Row 9: the name checks. They "can cause issues with auth SMTP", so own networks come first.

use examples/guide
dns examples/guide/demo.zone

client 127.0.0.2
S: …
C: HELO localhost
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname
C: HELO good.sender.example
S: 250 gate.example.com
C: MAIL FROM:<ann>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 504 5.5.2 <ann>: Sender address rejected: need fully-qualified address
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@no-mail.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.27 <ann@no-mail.example>: Sender address rejected: Domain no-mail.example does not accept mail (nullMX)
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@elsewhere.example>
S: 554 5.7.1 <bob@elsewhere.example>: Relay access denied
C: RCPT TO:<victim%elsewhere.example@example.com>
S: 554 5.7.1 <victim%elsewhere.example@example.com>: Relay access denied
C: RCPT TO:<bob>
S: 504 5.5.2 <bob>: Recipient address rejected: need fully-qualified address
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.1
S: …
C: HELO pc
S: 250 gate.example.com
C: MAIL FROM:<ann>
S: 250 2.1.0 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
