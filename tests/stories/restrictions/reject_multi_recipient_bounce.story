reject_multi_recipient_bounce: a bounce goes to one address

# At RCPT the first recipient passes and the second does not. In a later stage the whole is known.

smtpd_recipient_restrictions:
    check_recipient_access inline:{carl@example.com=OK}
    reject_multi_recipient_bounce
smtpd_data_restrictions:
    reject_multi_recipient_bounce

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<eve@example.com>
S: 550 5.5.3 <eve@example.com>: Recipient address rejected: Multi-recipient bounce
C: RCPT TO:<carl@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 550 5.5.3 <DATA>: Data command rejected: Multi-recipient bounce
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<eve@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
