Quotes that are part of a name stay part of it

# <"\"bob\""@example.com> is not bob: the access table does not know it as bob, so the hop must not hear of bob either.

smtpd_recipient_restrictions:
    check_recipient_access inline:{bob@example.com=REJECT}
    reject_unauth_destination
hop:

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <bob@example.com>: Recipient address rejected: Access denied
C: RCPT TO:<"bob"@example.com>
S: 554 5.7.1 <bob@example.com>: Recipient address rejected: Access denied
C: RCPT TO:<"\"bob\""@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
hop heard: RCPT TO:<"\"bob\""@example.com>
