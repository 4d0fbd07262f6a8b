After a DISCARD the next HELO is judged again

# Without delay each stage has its own verdict. A message that is dropped silences the lists about itself only.

main.cf:
    smtpd_delay_reject = no
smtpd_helo_restrictions:
    check_helo_access inline:{evil.example=REJECT}
smtpd_recipient_restrictions:
    check_recipient_access inline:{trap@example.com=DISCARD}
    reject_unauth_destination

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<trap@example.com>
S: 250 2.1.5 Ok
C: HELO evil.example
S: 554 5.7.1 <evil.example>: Helo command rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes
