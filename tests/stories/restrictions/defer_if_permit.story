defer_if_permit: who would be let in shall come again, who would be refused is refused

# The flag survives an OK; it is looked at only when nothing has refused.

smtpd_helo_restrictions:
    defer_if_permit
smtpd_sender_restrictions:
    check_sender_access inline:{eve@sender.example=REJECT}

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.0 <client.example>: Helo command rejected: defer_if_permit requested
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<eve@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <eve@sender.example>: Sender address rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes
