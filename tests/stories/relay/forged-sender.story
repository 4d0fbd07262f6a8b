A forged sender cannot relay

# The trap of old guides: an access table in smtpd_recipient_restrictions that says OK to own senders, in front of
# reject_unauth_destination. Whoever forges such a sender would relay, did not smtpd_relay_restrictions stand apart.

smtpd_recipient_restrictions:
    check_sender_access inline:{example.com=OK}
    reject_unauth_destination

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<boss@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
