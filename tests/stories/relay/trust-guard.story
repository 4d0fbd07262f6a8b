An address that hides strangers is trusted no more

# What Docker's proxy for published ports does: whoever connects has the address of the gateway, which mynetworks
# holds. Three clients of three domains are no coincidence; before the third has said HELO nobody can know.

main.cf:
    mynetworks = 127.0.0.0/29
    trust_guard = enforce
    trust_guard_gateways = !127.0.0.3, 127.0.0.1, 127.0.0.3

client 127.0.0.1
S: …
C: EHLO mail.one.example
S: …
C: MAIL FROM:<ann@one.example>
S: 250 2.1.0 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

# Names of this site, of no public domain, and of the same domain again are no evidence.
client 127.0.0.1
S: …
C: HELO printer.example.com
S: 250 gate.example.com
C: HELO pc7.lan
S: 250 gate.example.com
C: HELO [192.168.1.7]
S: 250 gate.example.com
C: HELO smtp2.one.example
S: 250 gate.example.com
C: HELO mx.two.example
S: 250 gate.example.com
C: MAIL FROM:<ann@two.example>
S: 250 2.1.0 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.1
S: …
C: HELO relay.three.example
S: 250 gate.example.com
C: MAIL FROM:<ann@three.example>
S: 250 2.1.0 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
log: warning: trust guard: clients of 3 domains (one.example, three.example, two.example) greet from 127.0.0.1, a gateway of this machine: a proxy or NAT hides who they are, and it is trusted no more -- …

# Nobody is trusted there any more, whatever the name.
client 127.0.0.1
S: …
C: HELO printer.example.com
S: 250 gate.example.com
C: MAIL FROM:<ann@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes

# Other machines of our networks, and a gateway that is known to be what it seems, go on as before.
client 127.0.0.2
S: …
C: HELO a.one.example
S: 250 gate.example.com
C: HELO a.two.example
S: 250 gate.example.com
C: HELO a.three.example
S: 250 gate.example.com
C: MAIL FROM:<ann@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.3
S: …
C: HELO a.one.example
S: 250 gate.example.com
C: HELO a.two.example
S: 250 gate.example.com
C: HELO a.three.example
S: 250 gate.example.com
C: MAIL FROM:<ann@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
