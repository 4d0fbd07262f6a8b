check_policy_service: while the server is away, default_action answers for it

smtpd_client_restrictions:
    check_policy_service { inet:127.0.0.1:1, try_limit=1, default_action=DUNNO }
smtpd_recipient_restrictions:
    check_policy_service { inet:127.0.0.1:1, try_limit=1 }

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.5 <bob@example.com>: Recipient address rejected: Server configuration problem
C: QUIT
S: 221 2.0.0 Bye
closes
