A message that goes round in circles is stopped

main.cf:
    hopcount_limit = 3

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
C: Received: from a by b; Sun, 22 Nov 2026 10:00:00 +0000
C: Received: from b by c; Sun, 22 Nov 2026 10:00:01 +0000
C: Subject: round and round
C:
C: .
S: 554 5.4.0 Error: too many hops
C: QUIT
S: 221 2.0.0 Bye
closes
