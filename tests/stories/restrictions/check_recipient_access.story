check_recipient_access: as for senders, and no OK for an address that routes through us

smtpd_relay_restrictions:
    check_recipient_access inline:{example.com=OK, lists@=OK, ok.example=OK}
    reject_unauth_destination
smtpd_recipient_restrictions:
    check_recipient_access inline:{ {eve@example.com=550 5.1.6 moved away} }

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<x@ok.example>
S: 250 2.1.5 Ok
C: RCPT TO:<lists@anywhere.example>
S: 250 2.1.5 Ok
C: RCPT TO:<victim%elsewhere.example@example.com>
S: 554 5.7.1 <victim%elsewhere.example@example.com>: Relay access denied
C: RCPT TO:<eve@example.com>
S: 550 5.1.6 <eve@example.com>: Recipient address rejected: moved away
C: QUIT
S: 221 2.0.0 Bye
closes
