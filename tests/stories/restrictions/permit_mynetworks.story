permit_mynetworks lets own clients relay, by address or by verified name

main.cf:
    mynetworks = 127.0.0.0/29, !127.0.0.9, trusted.example, 127.0.0.8/30, 10.0.0.1/8
smtpd_relay_restrictions:
    permit_mynetworks
    reject_unauth_destination

client 127.0.0.2
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

client 127.0.0.9
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 554 5.7.1 <friend@elsewhere.example>: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.20 pc.trusted.example
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

# 10.0.0.1/8 has host bits: whoever gets that far meets our own mistake, not a verdict.
client 127.0.0.30 other.example
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 451 4.3.0 <friend@elsewhere.example>: Temporary lookup failure
C: QUIT
S: 221 2.0.0 Bye
closes
