reject_non_fqdn_recipient: a whole domain

# Own networks may relay, so only this check stands between them and a half address.

main.cf:
    mynetworks = 127.0.0.2/32
smtpd_recipient_restrictions:
    reject_non_fqdn_recipient

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob>
S: 504 5.5.2 <bob>: Recipient address rejected: need fully-qualified address
C: RCPT TO:<bob@localhost>
S: 504 5.5.2 <bob@localhost>: Recipient address rejected: need fully-qualified address
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@[192.0.2.1]>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@elsewhere.example.>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
