permit_auth_destination: our domains, and what they do not route elsewhere

main.cf:
    relay_domains = example.com, .partner.example
    mydestination = local.example
    virtual_mailbox_domains = boxes.example
smtpd_relay_restrictions:
    permit_auth_destination
    reject

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@Example.COM>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@example.com.>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@local.example>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@boxes.example>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@elsewhere.example>
S: 554 5.7.1 <bob@elsewhere.example>: Recipient address rejected: Access denied
C: RCPT TO:<a%elsewhere.example@example.com>
S: 554 5.7.1 <a%elsewhere.example@example.com>: Recipient address rejected: Access denied
C: RCPT TO:<elsewhere.example!a@example.com>
S: 554 5.7.1 <elsewhere.example!a@example.com>: Recipient address rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes
