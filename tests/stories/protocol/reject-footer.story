Every refusal ends with the site's own words

# smtpd_reject_footer: each \n begins another line of the reply; what has no value is empty. The log does not show it.

main.cf:
    smtpd_reject_footer = Call +1 555 0100 ($client_address, $helo_name, <$sender>$unknown)\nand say $decision_id
smtpd_sender_restrictions:
    check_sender_access inline:{ {spam.example=REJECT not you} }

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<x@spam.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554-5.7.1 <x@spam.example>: Sender address rejected: not you
S: 554-5.7.1 Call +1 555 0100 (127.0.0.2, client.example, <x@spam.example>)
S: 554 5.7.1 and say …
C: DATA
S: 554-5.5.1 Error: no valid recipients
S: 554-5.5.1 Call +1 555 0100 (127.0.0.2, client.example, <x@spam.example>)
S: 554 5.5.1 and say …
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: reject: RCPT from unknown[127.0.0.2]: 554 5.7.1 <x@spam.example>: Sender address rejected: not you; from=<x@spam.example> to=<bob@example.com> proto=SMTP helo=<client.example> id=…
