BDAT games: lengths that are none, chunks that never end, commands in between

# A length that cannot be read ends the session: what follows cannot be told from commands.

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C+ BDAT -1 LAST\r\n
S: 521 5.5.4 Syntax: BDAT count [LAST]
closes

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
C: RCPT TO:<bob@example.com>
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
C+ BDAT 99999999999999999999999999 LAST\r\n
S: 521 5.5.4 Syntax: BDAT count [LAST]
closes

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
C: RCPT TO:<bob@example.com>
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
C+ BDAT 0x10\r\n
S: 521 5.5.4 Syntax: BDAT count [LAST]
closes

# More than message_size_limit is thrown away, not kept; the chunk that was announced is swallowed to its last octet.
client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
C: RCPT TO:<bob@example.com>
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
C+ BDAT 10240001 LAST\r\nQUIT\r\n
vanishes
log: warning: NOQUEUE: BDAT request from unknown[127.0.0.2] exceeds message size limit
log: lost connection after BDAT (0 bytes) from unknown[127.0.0.2]

# An empty last chunk ends the message that was there.
client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
C: RCPT TO:<bob@example.com>
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
C+ BDAT 22\r\nSubject: parts\r\n\r\nhi\r\n
S: 250 2.0.0 Ok: 22 bytes
C+ BDAT 0 LAST\r\n
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
    …
    Subject: parts

    hi
