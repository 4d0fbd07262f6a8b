The next transaction may come in one packet with the final dot

# RFC 2920 allows it. The second message is taken back by RSET and must not reach anybody; its recipient must not get
# the third.

hop:

client 127.0.0.2
S: …
C: EHLO client.example
S: 250-gate.example.com
S: 250-PIPELINING
S: 250-SIZE 10240000
S: 250-VRFY
S: 250-ETRN
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-DSN
S: 250-SMTPUTF8
S: 250 CHUNKING
C: MAIL FROM:<ann@sender.example>
C: RCPT TO:<bob@example.com>
C: DATA
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
S: 354 End data with <CR><LF>.<CR><LF>
C+ Subject: one\r\n\r\nOne.\r\n.\r\nMAIL FROM:<secret@sender.example>\r\nRCPT TO:<victim@example.com>\r\nRSET\r\nMAIL FROM:<third@sender.example>\r\nRCPT TO:<carl@example.com>\r\nDATA\r\n
S: 250 2.0.0 Ok: queued as HOP1
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
S: 250 2.0.0 Ok
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: three
C:
C: Three.
C: .
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
hop heard: RCPT TO:<bob@example.com>
hop heard: MAIL FROM:<secret@sender.example>
hop heard: RCPT TO:<victim@example.com>
hop heard: RSET
hop heard: MAIL FROM:<third@sender.example>
hop heard: RCPT TO:<carl@example.com>
hop heard: DATA
delivered to bob@example.com
    …
    One.
delivered to carl@example.com
    …
    Three.
