With soft_bounce the footer table sees the server's own refusals as they were, and those of the policy as they are sent

# Postfix 3.7.11 does so: soft_bounce reaches a refusal of the policy when it is made, the others when they leave.

main.cf:
    soft_bounce = yes
    smtpd_reject_footer_maps = regexp:$config_directory/footers
smtpd_sender_restrictions:
    check_sender_access inline:{ {spam.example=REJECT not you} }

file footers:
    /^503 5\.5\.1 /   the server's own
    /^454 4\.7\.1 /   the policy's
    /^403|^554/       never

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: RCPT TO:<bob@example.com>
S: 403-4.5.1 Error: need MAIL command
S: 403 4.5.1 the server's own
C: MAIL FROM:<x@spam.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 454-4.7.1 <x@spam.example>: Sender address rejected: not you
S: 454 4.7.1 the policy's
C: QUIT
S: 221 2.0.0 Bye
closes
