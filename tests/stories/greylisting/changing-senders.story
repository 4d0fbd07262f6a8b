Bounce addresses that change with every mail are one sender


not under loopback: takes minutes
not under process: takes minutes

main.cf:
    greylist_store = memory:
    recipient_delimiter = +
smtpd_recipient_restrictions:
    check_greylist

client 192.0.2.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<list-bounces+bob=example.com@lists.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 …
C: QUIT
S: 221 2.0.0 Bye
closes

client 192.0.2.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<prvs=2871a3b04e=ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 …
C: QUIT
S: 221 2.0.0 Bye
closes

client 192.0.2.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<bounce-18264-77@lists.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob+shop@example.com>
S: 450 4.2.0 …
C: QUIT
S: 221 2.0.0 Bye
closes

later 6m

client 192.0.2.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<list-bounces+carl=example.com@lists.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 192.0.2.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<prvs=0000ffff11=ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 192.0.2.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<bounce-20001-5@lists.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
