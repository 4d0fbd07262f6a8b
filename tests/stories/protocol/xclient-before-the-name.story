XCLIENT said before the client's own name is known

# The names of who connects are asked for meanwhile; when they come, the session goes on for the other client.

main.cf:
    smtpd_authorized_xclient_hosts = 127.0.0.2
dns:
    2.0.0.127.in-addr.arpa 60 PTR proxy.example
    2.0.0.127.in-addr.arpa ! delay=200ms

client 127.0.0.2
S: …
C: XCLIENT ADDR=192.0.2.10 LOGIN=nobody
S: 220 …
C: HELO other.example
S: 250 …
C: QUIT
S: 221 …
closes
