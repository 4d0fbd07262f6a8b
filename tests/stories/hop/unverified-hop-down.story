reject_unverified_recipient: a next hop that is away puts recipients off, by the action for that

# Two mails, two recipients: the log says once that the hop is away.

smtpd_recipient_restrictions:
    reject_unauth_destination, reject_unverified_recipient
main.cf:
    unverified_recipient_tempfail_action = defer
    unverified_recipient_reject_reason = try again in a while
hop down

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.1.1 <bob@example.com>: Recipient address rejected: unverified address: try again in a while
log: warning: address verification: next hop 127.0.0.1:…: connect to 127.0.0.1[127.0.0.1]:…: Connection refused: addresses are put off until it answers
C: RCPT TO:<eve@example.com>
S: 450 4.1.1 <eve@example.com>: Recipient address rejected: unverified address: try again in a while
C: QUIT
S: 221 2.0.0 Bye
closes
