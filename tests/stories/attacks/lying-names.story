DNS that lies: loops, floods of records and names that are none end in a plain verdict

# A CNAME that leads to itself, a PTR whose name does not lead back, answers with far more records than anybody has, and a
# block list that answers with an address outside 127/8: none is taken for a yes, and none costs the client its session.

dns:
    loop.example 60 CNAME loop.example
    ping.example 60 CNAME pong.example
    pong.example 60 CNAME ping.example
    2.0.0.127.in-addr.arpa 60 PTR loop.example
    2.0.0.127.parked.test 60 A 203.0.113.9
    sender.example 60 A 192.0.2.1
smtpd_recipient_restrictions:
    reject_unauth_destination
    reject_unknown_sender_domain
    reject_rbl_client parked.test

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@ping.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.1.8 <ann@ping.example>: Sender address rejected: Domain not found
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
