permit_rhswl_client: an allow list of names

smtpd_recipient_restrictions:
    permit_rhswl_client wl.example
    check_client_access static:REJECT
dns:
    wl.example lists 127.0.0.2 127.0.5.3
    wl.example lists friend.example 127.0.0.2
    fails.wl.example ! servfail
    4.0.0.127.wl.example ! servfail
    fails.example.wl.example ! servfail

client 127.0.0.2 friend.example
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.3 stranger.example
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <stranger.example[127.0.0.3]>: Client host rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.5
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <unknown[127.0.0.5]>: Client host rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.4 fails.example
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <fails.example>: Client host rejected: Service unavailable
C: QUIT
S: 221 2.0.0 Bye
closes
