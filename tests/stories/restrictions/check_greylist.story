check_greylist: a first mail is put off, comes again after the delay, and is known from then on

# Memory only: over real sockets six minutes are six minutes.

not under loopback: takes minutes
not under process: takes minutes

main.cf:
    greylist_store = memory:
smtpd_recipient_restrictions:
    check_greylist

client 192.0.2.7
S: 220 gate.example.com ESMTP Postfix
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 <bob@example.com>: Recipient address rejected: Greylisted, try again in 300 seconds
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 450 4.2.0 <bob@example.com>: Recipient address rejected: Greylisted, try again in 300 seconds; …

later 2m

# Too early, and another machine of the same network is the same client.

client 192.0.2.99
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<Ann@Sender.Example>
S: 250 2.1.0 Ok
C: RCPT TO:<Bob@example.com>
S: 450 4.2.0 <Bob@example.com>: Recipient address rejected: Greylisted, try again in 180 seconds
C: QUIT
S: 221 2.0.0 Bye
closes

later 3m

client 192.0.2.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
# Whoever else it writes to is new.
C: RCPT TO:<eve@example.com>
S: 450 4.2.0 <eve@example.com>: …
C: QUIT
S: 221 2.0.0 Bye
closes

# A month later it is still known.

later 34d

client 192.0.2.7
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
