reject_unknown_client_hostname: a name that leads back to the address

# No name, a name that does not resolve, a name that leads elsewhere: all refused. What the DNS could not tell is 450.

main.cf:
    unknown_client_reject_code = 550
smtpd_client_restrictions:
    reject_unknown_client_hostname
dns:
    4.0.0.127.in-addr.arpa 300 PTR forged.example
    forged.example 300 A 192.0.2.1
    5.0.0.127.in-addr.arpa 300 PTR nowhere.example
    6.0.0.127.in-addr.arpa ! servfail

client 127.0.0.2 good.example
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

client 127.0.0.3
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.25 Client host rejected: cannot find your hostname, [127.0.0.3]
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
S: 550 5.7.25 Client host rejected: cannot find your hostname, [127.0.0.4]
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.5
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.25 Client host rejected: cannot find your hostname, [127.0.0.5]
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
S: 450 4.7.25 Client host rejected: cannot find your hostname, [127.0.0.6]
C: QUIT
S: 221 2.0.0 Bye
closes
