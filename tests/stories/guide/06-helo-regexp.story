Names that no honest stranger says

# Row 6: helo.regexp, POSIX expressions without regard to case. Every line of the file once.

use examples/guide
dns examples/guide/demo.zone

client 127.0.0.2
S: …
C: HELO GATE.Example.COM
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.1 <GATE.Example.COM>: Helo command rejected: Do not use my own host name
C: HELO mail.example.com
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.1 <mail.example.com>: Helo command rejected: Do not use my own host name
C: HELO 192.0.2.25
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.1 <192.0.2.25>: Helo command rejected: Do not use my own address
C: HELO [192.0.2.25]
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.1 <[192.0.2.25]>: Helo command rejected: Do not use my own address
C: HELO 198.51.100.7
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.1 <198.51.100.7>: Helo command rejected: An address belongs in brackets: see RFC 5321
C: QUIT
S: 221 2.0.0 Bye
closes

# A bare number is refused for its syntax already, before the table is asked.
client 127.0.0.2
S: …
C: HELO 12345
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 501 5.5.2 <12345>: Helo command rejected: Invalid name
C: QUIT
S: 221 2.0.0 Bye
closes
