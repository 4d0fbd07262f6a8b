A name server that says nothing costs one deadline and no mail

# Two lists, both silent, are asked at the same time. Neither refuses anybody, and a second recipient does not wait again.

main.cf:
    dns_deadline = 1s
smtpd_client_restrictions:
    reject_rbl_client dead.example
    reject_rbl_client deader.example
dns:
    2.0.0.127.dead.example ! silent
    2.0.0.127.deader.example ! silent

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
C: QUIT
S: 221 2.0.0 Bye
closes
