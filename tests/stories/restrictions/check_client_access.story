check_client_access: names before addresses, the special before the general

# The keys of a client: its verified name and the parent domains, then the address and its networks. DUNNO ends the
# search too. Who has no verified name is looked up as "unknown".

smtpd_client_restrictions:
    check_client_access hash:$config_directory/clients
    check_client_access regexp:{ { /^127\.0\.0\.7$$/ REJECT by pattern } }

file clients:
    # comment
    good.bad.example    OK
    bad.example         REJECT by domain
    127.0.0.6           OK this stands behind the name
    127.0.0.7           DUNNO
    127.0.1             554 5.7.2 by network
    unknown             450 no name, no fame

client 127.0.0.2 good.bad.example
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

client 127.0.0.6 a.bad.example
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <a.bad.example[127.0.0.6]>: Client host rejected: by domain
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.7 fine.example
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <fine.example[127.0.0.7]>: Client host rejected: by pattern
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.1.9 fine.example
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.2 <fine.example[127.0.1.9]>: Client host rejected: by network
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
S: 450 4.7.1 <unknown[127.0.0.5]>: Client host rejected: no name, no fame
C: QUIT
S: 221 2.0.0 Bye
closes
