reject_rhsbl_sender: the sender's domain is on a list of domains

smtpd_sender_restrictions:
    reject_rhsbl_sender dbl.example
dns:
    dbl.example lists bad.example 127.0.1.2 seen in spam
    dbl.example lists 127.0.0.9 127.0.1.255 no addresses here please

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@Bad.Example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 Service unavailable; Sender address [ann@Bad.Example] blocked using dbl.example; seen in spam
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@good.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
