reject_unknown_sender_domain: mail could be answered there

# A mail exchanger, or an address. "Takes no mail" cannot be answered. Own domains and literals are not asked for.

smtpd_sender_restrictions:
    reject_unknown_sender_domain
dns:
    sender.example 300 MX 10 mx.sender.example
    address.example 300 A 192.0.2.1
    six.example 300 AAAA 2001:db8::1
    no-mail.example 300 MX 0 .
    fails.example ! servfail
    broken.example 300 MX 10 -bad-.example

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@address.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@six.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@[192.0.2.1]>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@nowhere.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.1.8 <ann@nowhere.example>: Sender address rejected: Domain not found
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@no-mail.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.27 <ann@no-mail.example>: Sender address rejected: Domain no-mail.example does not accept mail (nullMX)
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@broken.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.1.8 <ann@broken.example>: Sender address rejected: Malformed DNS server reply
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@fails.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.1.8 <ann@fails.example>: Sender address rejected: Domain not found
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes
