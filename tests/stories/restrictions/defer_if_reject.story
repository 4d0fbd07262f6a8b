defer_if_reject: a refusal for good becomes one for now

# The flag lives as long as its list does; relay and recipient restrictions count as one. A refusal for now keeps its
# own text.

smtpd_client_restrictions:
    defer_if_reject
smtpd_sender_restrictions:
    check_sender_access inline:{eve@sender.example=REJECT}
    defer_if_reject
    check_sender_access inline:{mal@sender.example=REJECT, ned@sender.example=DEFER}

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<eve@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <eve@sender.example>: Sender address rejected: Access denied
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<mal@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.0 <mal@sender.example>: Sender address rejected: defer_if_reject requested
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ned@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <ned@sender.example>: Sender address rejected: Access denied
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
