Senders that skip the checks, senders that fail, and a forger who relays nothing

# Row 8: sender_checks. internal.example has no DNS at all and is welcome; whoever forges it skips the checks too, but
# relays nowhere, because smtpd_relay_restrictions stands before.

use examples/guide
dns examples/guide/demo.zone

client 127.0.0.2
S: …
C: HELO good.sender.example
S: 250 gate.example.com
C: MAIL FROM:<boss@internal.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<promo@spammer.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <promo@spammer.example>: Sender address rejected: We do not want your mail
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<news@sub.Spammer.Example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <news@sub.Spammer.Example>: Sender address rejected: We do not want your mail
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<Casino@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <Casino@sender.example>: Sender address rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes

# On a block list, but with a sender that is OK: the whole rest of the list is skipped, the block lists too.
client 127.0.0.3
S: …
C: HELO spam.source.example
S: 250 gate.example.com
C: MAIL FROM:<partner@friend.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
