A client may name only so many recipients in a minute

# Those of all its messages together, taken or refused. Own networks are excepted.

main.cf:
    smtpd_client_recipient_rate_limit = 2

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<cid@example.com>
S: 450 4.7.1 Error: too many recipients from 127.0.0.2
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: .
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
log: warning: Recipient address rate limit exceeded: 3 from unknown[127.0.0.2] for service …

client 127.0.0.1
S: …
C: HELO own.example.com
S: 250 gate.example.com
C: MAIL FROM:<ann@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<a@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<b@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<c@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
