reject_unknown_reverse_client_hostname: any name at all will do

smtpd_client_restrictions:
    reject_unknown_reverse_client_hostname
dns:
    4.0.0.127.in-addr.arpa 300 PTR forged.example
    forged.example 300 A 192.0.2.1
    6.0.0.127.in-addr.arpa ! servfail

client 127.0.0.3
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 Client host rejected: cannot find your reverse hostname, [127.0.0.3]
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.4
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

client 127.0.0.6
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 Client host rejected: cannot find your reverse hostname, [127.0.0.6]
C: QUIT
S: 221 2.0.0 Bye
closes
