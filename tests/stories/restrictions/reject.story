reject refuses whoever comes so far, under the name of the list it stands in

main.cf:
    reject_code = 521
smtpd_client_restrictions:
    check_client_access inline:{127.0.0.3=OK, 127.0.0.4=OK, 127.0.0.5=OK}
    reject
smtpd_helo_restrictions:
    check_helo_access inline:{good.example=OK}
    reject
smtpd_sender_restrictions:
    check_sender_access inline:{ann@sender.example=OK}
    reject

# 521 closes the connection, as every 521 and 421 does.

client 127.0.0.2
S: …
C: HELO good.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 521 5.7.1 <unknown[127.0.0.2]>: Client host rejected: Access denied
closes

client 127.0.0.3
S: …
C: HELO bad.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 521 5.7.1 <bad.example>: Helo command rejected: Access denied
closes

client 127.0.0.4
S: …
C: HELO good.example
S: 250 gate.example.com
C: MAIL FROM:<eve@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 521 5.7.1 <eve@sender.example>: Sender address rejected: Access denied
closes

client 127.0.0.5
S: …
C: HELO good.example
S: 250 gate.example.com
C: MAIL FROM:<>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 521 5.7.1 <>: Sender address rejected: Access denied
closes
log: NOQUEUE: reject: RCPT from unknown[127.0.0.5]: 521 5.7.1 <>: Sender address rejected: Access denied; from=<> to=<bob@example.com> proto=SMTP helo=<good.example> id=…
