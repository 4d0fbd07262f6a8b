check_client_ns_access looks up the name servers of the verified name of the client

# A name without name servers of its own has those of its parent. Anybody can name any name server, so an OK is our
# own mistake: 451. What the DNS cannot tell refuses nobody; the log says it.

smtpd_client_restrictions:
    check_client_ns_access hash:$config_directory/servers

file servers:
    192.0.2.66          REJECT bad network
    198.51.100.7        OK

dns:
    bad.example 300 NS ns.bulk.test
    ns.bulk.test 300 A 192.0.2.66
    friend.example 300 NS ns.friend.test
    ns.friend.test 300 A 198.51.100.7
    plain.example ! servfail
    bad.example 300 A 127.0.0.66
    friend.example 300 A 127.0.0.7
    66.0.0.127.in-addr.arpa 300 PTR bad.example
    7.0.0.127.in-addr.arpa 300 PTR friend.example
    8.0.0.127.in-addr.arpa 300 PTR plain.example

client 127.0.0.66
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <bad.example[127.0.0.66]>: Client host rejected: bad network
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
S: 451 4.3.5 Server configuration error
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
