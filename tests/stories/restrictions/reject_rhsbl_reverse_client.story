reject_rhsbl_reverse_client: the PTR name, verified or not, is on a list of domains

smtpd_client_restrictions:
    reject_rhsbl_reverse_client dbl.example
dns:
    dbl.example lists bad.example 127.0.1.2 seen in spam
    dbl.example lists 127.0.0.9 127.0.1.255 no addresses here please
    2.0.0.127.in-addr.arpa 300 PTR bad.example

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 Service unavailable; Unverified Client host [bad.example] blocked using dbl.example; seen in spam
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.9
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
