Own words for block lists

main.cf:
    rbl_reply_maps = hash:$config_directory/rbl_replies
    default_rbl_reply = $rbl_code 5.7.9 $rbl_class [$rbl_what] is on $rbl_domain${rbl_reason?: $rbl_reason}
    maps_rbl_reject_code = 550
smtpd_client_restrictions:
    reject_rbl_client one.example
    reject_rbl_client two.example=127.0.0.2
    reject_rbl_client three.example
dns:
    one.example lists 127.0.0.2 127.0.0.2 reason
    two.example lists 127.0.0.3 127.0.0.2 reason
    three.example lists 127.0.0.4 127.0.0.2

file rbl_replies:
    two.example=127.0.0.2   521 4.7.0 $client blocked at $server_name, mail to $recipient_domain

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.9 Client host [127.0.0.2] is on one.example: reason
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
S: 521 5.7.0 unknown[127.0.0.3] blocked at gate.example.com, mail to example.com
closes

client 127.0.0.4
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.9 Client host [127.0.0.4] is on three.example
C: QUIT
S: 221 2.0.0 Bye
closes
