check_sender_mx_access looks up the mail exchangers of the domain of the sender

# The names of the exchangers count, their parent domains and their addresses. Anybody can name any exchanger, so an
# OK is our own mistake: 451. A domain that takes no mail (null MX) passes.

smtpd_sender_restrictions:
    check_sender_mx_access hash:$config_directory/servers

file servers:
    spamhaus.test       REJECT bad network
    198.51.100.7        OK

dns:
    bad.example 300 MX 10 mx.spamhaus.test
    mx.spamhaus.test 300 A 192.0.2.66
    friend.example 300 MX 10 mx.friend.test
    mx.friend.test 300 A 198.51.100.7
    plain.example 300 MX 0 .

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@bad.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <ann@bad.example>: Sender address rejected: bad network
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@friend.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.5 Server configuration error
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@plain.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
