check_recipient_a_access looks up the addresses of the domain of the recipient

# Every address of the name counts, with its networks. Anybody can point his own name at any address, so an OK is
# our own mistake: 451. A name with other addresses passes.

main.cf:
    relay_domains = bad.example, friend.example, plain.example

smtpd_recipient_restrictions:
    check_recipient_a_access hash:$config_directory/servers

file servers:
    192.0.2             REJECT bad network
    198.51.100.7        OK

dns:
    bad.example 300 A 192.0.2.66
    friend.example 300 A 198.51.100.7
    plain.example 300 A 203.0.113.1

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@bad.example>
S: 554 5.7.1 <bob@bad.example>: Recipient address rejected: bad network
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@friend.example>
S: 451 4.3.5 Server configuration error
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@plain.example>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
