DEFER_IF_PERMIT and DEFER_IF_REJECT from a table

smtpd_sender_restrictions:
    check_sender_access hash:$config_directory/senders
    check_sender_access inline:{bad@reject.example=REJECT}

file senders:
    permit.example      DEFER_IF_PERMIT 4.2.0 Come again, greylisted
    reject.example      DEFER_IF_REJECT

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<x@permit.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 <x@permit.example>: Sender address rejected: Come again, greylisted
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@permit.example>
S: 250 2.1.0 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<bad@reject.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <bad@reject.example>: Sender address rejected: Service unavailable
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@reject.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
