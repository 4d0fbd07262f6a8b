BDAT: the message in chunks of a stated length

# RFC 3030. After an error the chunks that are under way are thrown away until LAST. What is no BDAT command ends the
# session, since what follows cannot be told from commands.

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C+ BDAT 5\r\nAAAAA
S: 554 5.5.1 Error: no valid recipients
C+ BDAT 3 LAST\r\nBBB
S: 551 5.0.0 Discarded 3 bytes after earlier error
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C+ BDAT 17\r\nSubject: chunks\r\n
S: 250 2.0.0 Ok: 17 bytes
C: DATA
S: 503 5.5.1 Error: DATA after BDAT
C: RCPT TO:<carl@example.com>
S: 503 5.5.1 Error: RCPT after BDAT
C+ BDAT 12 LAST\r\n\r\n.one\r\nlast
S: 250 2.0.0 Ok: queued as …
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: BDAT 0
S: 551 5.7.1 Null BDAT request
C: RSET
S: 250 2.0.0 Ok
C: BDAT many
S: 521 5.5.4 Syntax: BDAT count [LAST]
closes

delivered to bob@example.com
    …
    Subject: chunks

    .one
    last
