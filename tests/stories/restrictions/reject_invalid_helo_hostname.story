reject_invalid_helo_hostname: the syntax of a host name, or of an address

smtpd_helo_restrictions:
    reject_invalid_helo_hostname

client 127.0.0.2
S: …
C: HELO -dash
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 501 5.5.2 <-dash>: Helo command rejected: Invalid name
C: HELO two..dots.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 501 5.5.2 <two..dots.example>: Helo command rejected: Invalid name
C: HELO 12345
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 501 5.5.2 <12345>: Helo command rejected: Invalid name
C: HELO [192.0.2.300]
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 501 5.5.2 <[192.0.2.300]>: Helo command rejected: invalid ip address
C: HELO [IPv6:xyz]
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 501 5.5.2 <[IPv6:xyz]>: Helo command rejected: invalid ip address
C: HELO under_score
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: HELO 192.0.2.1
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: HELO host.example.
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: HELO [192.0.2.1]
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: HELO [IPv6:2001:db8::1]
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: HELO two words
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 501 5.5.2 <two?words>: Helo command rejected: Invalid name
C: QUIT
S: 221 2.0.0 Bye
closes
