reject_rhsbl_recipient: the recipient's domain is on a list of domains

main.cf:
    mynetworks = 127.0.0.2/32
smtpd_recipient_restrictions:
    reject_rhsbl_recipient dbl.example
dns:
    dbl.example lists bad.example 127.0.1.2 seen in spam
    dbl.example lists 127.0.0.9 127.0.1.255 no addresses here please

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<info@bad.example>
S: 554 5.7.1 Service unavailable; Recipient address [info@bad.example] blocked using dbl.example; seen in spam
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
