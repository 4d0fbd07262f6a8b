reject_unauth_destination: never an open relay

# Not by percent, not by bang, not by quotes; a source route is cut off before.

smtpd_relay_restrictions:
    permit_mynetworks
    reject_unauth_destination

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: RCPT TO:<victim%elsewhere.example@example.com>
S: 554 5.7.1 <victim%elsewhere.example@example.com>: Relay access denied
C: RCPT TO:<elsewhere.example!victim@example.com>
S: 554 5.7.1 <elsewhere.example!victim@example.com>: Relay access denied
C: RCPT TO:<"victim@elsewhere.example"@example.com>
S: 554 5.7.1 <victim@elsewhere.example@example.com>: Relay access denied
C: RCPT TO:<@example.com:victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: RCPT TO:<victim@sub.elsewhere.example>
S: 554 5.7.1 <victim@sub.elsewhere.example>: Relay access denied
C: RCPT TO:<bob@sub.example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.1
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
