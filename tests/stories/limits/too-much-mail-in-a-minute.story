A client may begin only so many messages in a minute

# Counted before the address is read, so a MAIL with a mistake in it counts too. The service is the first field of the
# row in master.cf.

main.cf:
    smtpd_client_message_rate_limit = 2

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 503 5.5.1 Error: nested MAIL command
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example> FOO
S: 555 5.5.4 Unsupported option: FOO
C: MAIL
S: 501 5.5.4 Syntax: MAIL FROM:<address>
C: MAIL FROM:<ann@sender.example>
S: 450 4.7.1 Error: too much mail from 127.0.0.2
C: QUIT
S: 221 2.0.0 Bye
closes
log: warning: Message delivery request rate limit exceeded: 3 from unknown[127.0.0.2] for service …

client 127.0.0.3
S: …
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
