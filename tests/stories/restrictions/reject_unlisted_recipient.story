reject_unlisted_recipient: nobody of that name here

# It runs unasked at the end of RCPT (smtpd_reject_unlisted_recipient = yes), even behind an OK and for own networks.
# Where no table is set for a class of domains, everybody is welcome. postmaster always lives in a local domain.

main.cf:
    mydestination = local.example
    local_recipient_maps = inline:{bob=x}
    relay_recipient_maps = inline:{bob@example.com=x, @open.example.com=x}
    virtual_alias_domains = alias.example
    virtual_alias_maps = inline:{info@alias.example=bob@example.com}
    virtual_mailbox_domains = boxes.example
    virtual_mailbox_maps = inline:{ann@boxes.example=x}
smtpd_recipient_restrictions:
    reject_unlisted_recipient
    permit

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<anyone@open.example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@local.example>
S: 250 2.1.5 Ok
C: RCPT TO:<Postmaster@local.example>
S: 250 2.1.5 Ok
C: RCPT TO:<info@alias.example>
S: 250 2.1.5 Ok
C: RCPT TO:<ann@boxes.example>
S: 250 2.1.5 Ok
C: RCPT TO:<eve@example.com>
S: 550 5.1.1 <eve@example.com>: Recipient address rejected: User unknown in relay recipient table
C: RCPT TO:<eve@local.example>
S: 550 5.1.1 <eve@local.example>: Recipient address rejected: User unknown in local recipient table
C: RCPT TO:<eve@alias.example>
S: 550 5.1.1 <eve@alias.example>: Recipient address rejected: User unknown in virtual alias table
C: RCPT TO:<eve@boxes.example>
S: 550 5.1.1 <eve@boxes.example>: Recipient address rejected: User unknown in virtual mailbox table
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.1
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<eve@example.com>
S: 550 5.1.1 <eve@example.com>: Recipient address rejected: User unknown in relay recipient table
C: QUIT
S: 221 2.0.0 Bye
closes
