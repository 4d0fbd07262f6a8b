reject_unknown_recipient_domain: own clients learn of a mistyped domain at once

main.cf:
    mynetworks = 127.0.0.2/32
    virtual_alias_domains = virtual.example
    virtual_alias_maps = inline:{info@virtual.example=bob@example.com}
    unknown_address_reject_code = 550
smtpd_recipient_restrictions:
    reject_unknown_recipient_domain
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
C: RCPT TO:<ann@sender.example>
S: 250 2.1.5 Ok
C: RCPT TO:<ann@address.example>
S: 250 2.1.5 Ok
C: RCPT TO:<info@virtual.example>
S: 250 2.1.5 Ok
C: RCPT TO:<ann@[192.0.2.1]>
S: 250 2.1.5 Ok
C: RCPT TO:<ann@nowhere.example>
S: 550 5.1.2 <ann@nowhere.example>: Recipient address rejected: Domain not found
C: RCPT TO:<ann@no-mail.example>
S: 556 5.1.10 <ann@no-mail.example>: Recipient address rejected: Domain no-mail.example does not accept mail (nullMX)
C: RCPT TO:<ann@fails.example>
S: 450 4.1.2 <ann@fails.example>: Recipient address rejected: Domain not found
C: QUIT
S: 221 2.0.0 Bye
closes
