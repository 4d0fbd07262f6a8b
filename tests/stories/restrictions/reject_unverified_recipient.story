reject_unverified_recipient: the next hop is asked whether it would take the recipient

# The probe comes from address_verify_sender and carries no message. What the hop says is remembered: the second mail to
# each of them asks nobody, and the mail that is accepted is offered like any other.

smtpd_recipient_restrictions:
    reject_unauth_destination, reject_unverified_recipient
main.cf:
    unverified_recipient_reject_code = 550
hop:
    offers: SIZE 1000000, PIPELINING
    RCPT: 550 5.1.1 No such user
    RCPT: 450 4.2.1 Mailbox busy

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<nobody@example.com>
S: 550 5.1.1 <nobody@example.com>: Recipient address rejected: undeliverable address: host 127.0.0.1[127.0.0.1] said: 550 5.1.1 No such user (in reply to RCPT TO command)
hop heard: EHLO …
hop heard: MAIL FROM:<double-bounce@gate.example.com>
hop heard: RCPT TO:<nobody@example.com>
C: RCPT TO:<busy@example.com>
S: 450 4.1.1 <busy@example.com>: Recipient address rejected: unverified address: host 127.0.0.1[127.0.0.1] said: 450 4.2.1 Mailbox busy (in reply to RCPT TO command)
hop heard: RSET
hop heard: MAIL FROM:<double-bounce@gate.example.com>
hop heard: RCPT TO:<busy@example.com>
C: RCPT TO:<nobody@example.com>
S: 550 5.1.1 <nobody@example.com>: Recipient address rejected: undeliverable address: …
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
hop heard: RSET
hop heard: MAIL FROM:<double-bounce@gate.example.com>
hop heard: RCPT TO:<bob@example.com>
hop heard: RSET
hop heard: MAIL FROM:<ann@sender.example>
hop heard: RCPT TO:<bob@example.com>
C: QUIT
S: 221 2.0.0 Bye
closes
