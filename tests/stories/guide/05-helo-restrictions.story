The HELO list: own networks, syntax, a table without a check

# Row 5. A bare table in smtpd_helo_restrictions means check_helo_access, reject_invalid_hostname is the old name of
# reject_invalid_helo_hostname. All of it is said at RCPT, not at HELO: smtpd_delay_reject is yes.

use examples/guide
dns examples/guide/demo.zone

client 127.0.0.2
S: …
C: HELO -bad-
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 501 5.5.2 <-bad->: Helo command rejected: Invalid name
C: HELO [127.0.0.2
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 501 5.5.2 <[127.0.0.2>: Helo command rejected: invalid ip address
C: HELO gate.example.com
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.1 <gate.example.com>: Helo command rejected: Do not use my own host name
C: QUIT
S: 221 2.0.0 Bye
closes

# Own networks may say what they like.
client 127.0.0.1
S: …
C: HELO -bad-
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
