reject_unverified_sender: the mail exchanger of the sender's domain is asked

# Here the domains have none that could be asked: no such domain, a null MX, a DNS that fails (deferred). A sender of a
# domain of ours is asked of the next hop. The null sender is not asked about.

smtpd_sender_restrictions:
    reject_unverified_sender
smtpd_recipient_restrictions:
    reject_unauth_destination
main.cf:
    unverified_sender_reject_code = 550
    unverified_sender_tempfail_action = defer
    inet_protocols = ipv4
dns:
    null.example 300 MX 0 .
    fails.example ! servfail
hop:
    offers: PIPELINING
    RCPT: 550 5.1.1 No such user

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@nowhere.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.1.7 <ann@nowhere.example>: Sender address rejected: undeliverable address: Host or domain name not found. Name service error for name=nowhere.example type=A: Host not found
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@null.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.1.7 <ann@null.example>: Sender address rejected: undeliverable address: Domain null.example does not accept mail (nullMX)
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@fails.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.1.7 <ann@fails.example>: Sender address rejected: unverified address: Host or domain name not found. Name service error for name=fails.example type=MX: Host not found, try again
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<forged@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.1.7 <forged@example.com>: Sender address rejected: undeliverable address: host 127.0.0.1[127.0.0.1] said: 550 5.1.1 No such user (in reply to RCPT TO command)
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
