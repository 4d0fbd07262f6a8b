permit_dnswl_client: an allow list skips what follows, and never makes a relay

# A list that fails turns the refusals behind it into "come again".

smtpd_relay_restrictions:
    permit_dnswl_client wl.example=127.0.[0..255].[1..3]
    reject_unauth_destination
smtpd_recipient_restrictions:
    permit_dnswl_client wl.example
    check_client_access static:REJECT
dns:
    wl.example lists 127.0.0.2 127.0.5.3
    wl.example lists friend.example 127.0.0.2
    fails.wl.example ! servfail
    4.0.0.127.wl.example ! servfail
    fails.example.wl.example ! servfail

client 127.0.0.2
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

client 127.0.0.3
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <unknown[127.0.0.3]>: Client host rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.4
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <127.0.0.4>: Client host rejected: Service unavailable
# It is not asked about mail that nobody may send through us, so it cannot soften that refusal.
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes
