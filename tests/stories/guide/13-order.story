The first clear answer ends a list, and only that list

# Row 13. Four lists run at RCPT: client, HELO, sender, then relay and recipient. OK ends the list it stands in, "not
# sure" goes on, a refusal ends everything. Here a table says OK to a client in the client list: the sender list still
# runs. In the recipient list the same OK skips what follows.

main.cf:
    smtpd_reject_unlisted_recipient = no
smtpd_client_restrictions:
    check_client_access inline:{127.0.0.2=OK}
    reject
smtpd_sender_restrictions:
    check_sender_access inline:{dunno.example=DUNNO, bad.dunno.example=REJECT}
    check_sender_access inline:{ {dunno.example=REJECT second table} }
smtpd_recipient_restrictions:
    check_recipient_access inline:{bob@example.com=OK}
    reject

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<a@dunno.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <a@dunno.example>: Sender address rejected: second table
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<a@bad.dunno.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <a@bad.dunno.example>: Sender address rejected: Access denied
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<a@other.example>
S: 250 2.1.0 Ok
C: RCPT TO:<eve@example.com>
S: 554 5.7.1 <eve@example.com>: Recipient address rejected: Access denied
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.3
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<a@other.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <unknown[127.0.0.3]>: Client host rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes
