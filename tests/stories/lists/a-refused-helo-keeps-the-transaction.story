A refused HELO changes nothing of the transaction under way

# What its MAIL has deferred stays deferred.

main.cf:
    smtpd_delay_reject = no
smtpd_helo_restrictions:
    check_helo_access inline:{evil.example=REJECT}
smtpd_sender_restrictions:
    check_sender_access inline:{sender.example=DEFER_IF_PERMIT}

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: HELO evil.example
S: 554 5.7.1 <evil.example>: Helo command rejected: Access denied
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <ann@sender.example>: Sender address rejected: Service unavailable
C: QUIT
S: 221 2.0.0 Bye
closes
