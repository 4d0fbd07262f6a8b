Without a compatibility level the relay list is empty, and the trap is open

# This is why `gatepost check` warns: a configuration from before Postfix 2.10 has its only relay control in
# smtpd_recipient_restrictions, and an OK in front of it opens it.

main.cf:
    compatibility_level = 0
smtpd_relay_restrictions:
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
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes
