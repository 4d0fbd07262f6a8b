A client may connect only so often in a minute

# Two addresses of one network are one client here.

main.cf:
    smtpd_client_connection_rate_limit = 2
    smtpd_client_ipv4_prefix_length = 24
    smtpd_client_event_limit_exceptions = 127.0.0.9

client 127.0.0.2
S: 220 …
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.3
S: 220 …
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.4
S: 421 4.7.0 gate.example.com Error: too many connections from 127.0.0.4
closes
log: warning: Connection rate limit exceeded: 3 from unknown[127.0.0.4] for service …

client 127.0.0.9
S: 220 …
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.1.2
S: 220 …
C: QUIT
S: 221 2.0.0 Bye
closes
