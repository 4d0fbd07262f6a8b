A greylist store that is away lets the mail pass, and the log says so once

main.cf:
    greylist_store = sqlite:/proc/no/such/greylist.db
smtpd_recipient_restrictions:
    check_greylist

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
log: warning: greylist store sqlite:/proc/no/such/greylist.db: No such file or directory: greylist_tempfail_action decides until it is back
C: RCPT TO:<eve@example.com>
S: 250 2.1.5 Ok
