permit_sasl_authenticated lets nobody in who has not logged in

smtpd_relay_restrictions:
    permit_sasl_authenticated
    reject_unauth_destination

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 554 5.7.1 <friend@elsewhere.example>: Relay access denied
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
