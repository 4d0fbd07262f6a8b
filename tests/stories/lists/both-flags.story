Both flags up: nothing better can come of this list

# "Come again if you would be let in" and "come again if you would be refused" together leave one answer. The list is
# left at once; the relay list before it has had its say.

smtpd_recipient_restrictions:
    defer_if_permit
    defer_if_reject
    check_client_access static:{421 4.3.0 never reached}

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.0 <bob@example.com>: Recipient address rejected: defer_if_permit requested
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes
