A DISCARD does not undo what was deferred before

# Without delay the client's deferral is carried to the recipients; that their lists are silent now does not end it.

main.cf:
    smtpd_delay_reject = no
smtpd_client_restrictions:
    defer_if_permit
smtpd_recipient_restrictions:
    check_recipient_access inline:{trap@example.com=DISCARD}
    reject_unauth_destination

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<trap@example.com>
S: 450 4.7.0 <unknown[127.0.0.2]>: Client host rejected: defer_if_permit requested
C: RCPT TO:<bob@example.com>
S: 450 4.7.0 <unknown[127.0.0.2]>: Client host rejected: defer_if_permit requested
C: VRFY bob@example.com
S: 450 4.7.0 <unknown[127.0.0.2]>: Client host rejected: defer_if_permit requested
C: QUIT
S: 221 2.0.0 Bye
closes
