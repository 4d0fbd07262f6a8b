permit ends its list, and no other

smtpd_sender_restrictions:
    permit
    reject
smtpd_recipient_restrictions:
    check_recipient_access inline:{carl@example.com=permit}
    reject

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <bob@example.com>: Recipient address rejected: Access denied
C: RCPT TO:<carl@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
log: disconnect from unknown[127.0.0.2] helo=1 mail=1 rcpt=1/2 quit=1 commands=4/5
