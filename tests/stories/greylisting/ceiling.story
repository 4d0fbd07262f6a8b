One sender waits for one recipient no longer than greylist_delay_ceiling

# Machines without names, each in a network of its own.

not under loopback: takes minutes
not under process: takes minutes

main.cf:
    greylist_store = memory:
    greylist_delay_ceiling = 20m
smtpd_recipient_restrictions:
    check_greylist

client 192.0.2.7
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

later 15m

client 198.51.100.9
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 <bob@example.com>: Recipient address rejected: Greylisted, try again in 300 seconds
C: QUIT
S: 221 2.0.0 Bye
closes

later 5m

client 203.0.113.77
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<eve@example.com>
S: 450 4.2.0 …
C: QUIT
S: 221 2.0.0 Bye
closes

# The null sender is everybody: what one of its bounces waited does not help another.

client 192.0.2.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 …
C: QUIT
S: 221 2.0.0 Bye
closes

later 21m

client 198.51.100.9
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<>
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
C: MAIL FROM:<MAILER-DAEMON@mx.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
