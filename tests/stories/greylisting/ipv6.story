IPv6 clients are told apart by /64


not under loopback: takes minutes
not under process: takes minutes

main.cf:
    greylist_store = memory:
smtpd_recipient_restrictions:
    check_greylist

client 2001:db8:1:2::7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 …
C: QUIT
S: 221 2.0.0 Bye
closes

later 6m

client 2001:db8:1:3::7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 …
C: QUIT
S: 221 2.0.0 Bye
closes

client 2001:db8:1:2:ffff::1
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
