A sender that tries from ever other machines is one client

# The machines have verified names under one organisational domain, and addresses far from each other.

not under loopback: takes minutes
not under process: takes minutes

main.cf:
    greylist_store = memory:
smtpd_recipient_restrictions:
    check_greylist

client 192.0.2.7 mail-a1.outbound.big.example
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 …
C: QUIT
S: 221 2.0.0 Bye
closes

later 6m

client 198.51.100.9 mail-b2.inbound.big.example
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

# A name made from the address is no machine of a pool, but a customer of the provider.

client 203.0.113.77 dsl-203-0-113-77.big.example
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 …
C: QUIT
S: 221 2.0.0 Bye
closes
