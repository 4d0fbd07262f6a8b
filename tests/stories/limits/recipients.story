Too many recipients are for the next transaction

# smtpd_recipient_limit. The first refusals beyond it are no errors of the client.

main.cf:
    smtpd_recipient_limit = 2
    smtpd_recipient_overshoot_limit = 1
    smtpd_hard_error_limit = 1

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<carl@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<dora@example.com>
S: 452 4.5.3 Error: too many recipients
C: RCPT TO:<eve@example.com>
S: 452 4.5.3 Error: too many recipients
S: 421 4.7.0 gate.example.com Error: too many errors
closes
log: too many errors after RCPT from unknown[127.0.0.2]
