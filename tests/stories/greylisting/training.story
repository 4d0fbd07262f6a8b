Training writes down and puts nothing off

main.cf:
    greylist_store = memory:
    greylist_training = yes
    greylist_text = see http://help.example/%r.html (%s)
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
