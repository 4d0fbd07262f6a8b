With greylist_tempfail_action mail waits while the store is away

main.cf:
    greylist_store = redis://127.0.0.1:1/0
    greylist_tempfail_action = defer_if_permit
smtpd_recipient_restrictions:
    check_greylist
    check_recipient_access inline:{ { eve@example.com = 550 5.1.1 no such user } }

not under memory: the network of a story has no Redis

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.3.0 <bob@example.com>: Recipient address rejected: Greylisting is out of order, try again later
log: warning: greylist store redis://127.0.0.1:1/0: …: greylist_tempfail_action decides until it is back
C: RCPT TO:<eve@example.com>
S: 550 5.1.1 <eve@example.com>: Recipient address rejected: no such user
