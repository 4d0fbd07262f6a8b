The fifth good retry makes a client known


not under loopback: takes minutes
not under process: takes minutes

main.cf:
    greylist_store = memory:
smtpd_recipient_restrictions:
    check_greylist

client 192.0.2.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann1@sender.example>
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
C: MAIL FROM:<ann2@sender.example>
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
C: MAIL FROM:<ann3@sender.example>
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
C: MAIL FROM:<ann4@sender.example>
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
C: MAIL FROM:<ann5@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 …
C: QUIT
S: 221 2.0.0 Bye
closes

later 6m

client 192.0.2.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann1@sender.example>
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
C: MAIL FROM:<ann2@sender.example>
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
C: MAIL FROM:<ann3@sender.example>
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
C: MAIL FROM:<ann4@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

# Four good retries are not enough.

client 192.0.2.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<new@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 …
C: QUIT
S: 221 2.0.0 Bye
closes

# The fifth makes the client known.

client 192.0.2.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann5@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 192.0.2.8
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<new@elsewhere.example>
S: 250 2.1.0 Ok
C: RCPT TO:<eve@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

later 36d

client 192.0.2.8
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<new@elsewhere.example>
S: 250 2.1.0 Ok
C: RCPT TO:<eve@example.com>
S: 450 4.2.0 …
C: QUIT
S: 221 2.0.0 Bye
closes
