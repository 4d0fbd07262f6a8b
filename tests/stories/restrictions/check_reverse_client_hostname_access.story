check_reverse_client_hostname_access: the PTR name, verified or not, refuses and never permits

# Anybody can write any name into his own PTR record, so an OK for it is our own mistake: 451. Behind the name come the
# keys of the address, as for check_client_access.

smtpd_client_restrictions:
    check_reverse_client_hostname_access hash:$config_directory/names

file names:
    dynamic.example     REJECT no dynamic names
    friend.example      OK
    127.0.0.7           REJECT by address
    unknown             450 no name at all

dns:
    2.0.0.127.in-addr.arpa 300 PTR pool-2.dynamic.example
    3.0.0.127.in-addr.arpa 300 PTR mx.friend.example
    7.0.0.127.in-addr.arpa 300 PTR plain.example
    8.0.0.127.in-addr.arpa 300 PTR plain.example

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <pool-2.dynamic.example>: Unverified Client host rejected: no dynamic names
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
S: 451 4.3.5 Server configuration error
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <plain.example>: Unverified Client host rejected: by address
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.8
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

client 127.0.0.9
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <unknown>: Unverified Client host rejected: no name at all
C: QUIT
S: 221 2.0.0 Bye
closes
