permit_naked_ip_address believes whoever says an address without brackets

# An old habit of some clients, and soon of spammers: Postfix 3.9 has it no more. Digits and dots that are no
# address are refused.

smtpd_helo_restrictions:
    permit_naked_ip_address
    reject

client 127.0.0.2
S: …
C: HELO 192.0.2.1
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.2
S: …
C: HELO 1.2.3
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 501 5.5.2 <1.2.3>: Helo command rejected: invalid ip address
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <client.example>: Helo command rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes
