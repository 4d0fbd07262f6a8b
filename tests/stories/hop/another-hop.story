Recipients of one transaction go to one hop

# The first accepted recipient fixes the hop; one that needs another is asked to come in a transaction of its own.

main.cf:
    relay_domains = example.com, example.org
    transport_maps = inline:{ {example.org=maildir:here} }
hop:

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<carl@example.org>
S: 452 4.5.3 Error: this recipient needs another next hop: send it in a transaction of its own
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as HOP1
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
