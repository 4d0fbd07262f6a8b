warn_if_reject: try a rule out, and refuse nobody by it

# It covers the restriction behind it, all of a class, and what an access table names. The log says what would have
# been refused. Our own mistakes stay what they are.

main.cf:
    smtpd_restriction_classes = strict
    strict = reject_non_fqdn_helo_hostname, check_sender_access inline:{eve@sender.example=REJECT}
smtpd_recipient_restrictions:
    warn_if_reject strict
    warn_if_reject check_recipient_access inline:{carl@example.com=DEFER}
    check_recipient_access inline:{dora@example.com=REJECT}

client 127.0.0.2
S: …
C: HELO client
S: 250 gate.example.com
C: MAIL FROM:<eve@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<carl@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<dora@example.com>
S: 554 5.7.1 <dora@example.com>: Recipient address rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: reject_warning: RCPT from unknown[127.0.0.2]: 504 5.5.2 <client>: Helo command rejected: need fully-qualified hostname; from=<eve@sender.example> to=<bob@example.com> proto=SMTP helo=<client> id=…
log: NOQUEUE: reject_warning: RCPT from unknown[127.0.0.2]: 554 5.7.1 <eve@sender.example>: Sender address rejected: Access denied; from=<eve@sender.example> to=<bob@example.com> proto=SMTP helo=<client> id=…
log: NOQUEUE: reject_warning: RCPT from unknown[127.0.0.2]: 450 4.7.1 <carl@example.com>: Recipient address rejected: Access denied; from=<eve@sender.example> to=<carl@example.com> proto=SMTP helo=<client> id=…
