A client that leaves in the middle of a message leaves nothing behind

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: half a mess
vanishes
log: lost connection after DATA (… bytes) from unknown[127.0.0.2]
log: disconnect from unknown[127.0.0.2] helo=1 mail=1 rcpt=1 data=0/1 commands=3/4
