reject_non_fqdn_helo_hostname: a dot in the name, an address in brackets

smtpd_helo_restrictions:
    reject_non_fqdn_helo_hostname

client 127.0.0.2
S: …
C: HELO localhost
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname
C: HELO 192.0.2.1
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 504 5.5.2 <192.0.2.1>: Helo command rejected: need fully-qualified hostname
C: HELO localhost.
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 504 5.5.2 <localhost.>: Helo command rejected: need fully-qualified hostname
C: HELO [192.0.2]
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 501 5.5.2 <[192.0.2]>: Helo command rejected: invalid ip address
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
C: QUIT
S: 221 2.0.0 Bye
closes
