SMTP smuggling: only CRLF . CRLF ends a message

# What follows a false end stays text, so one message in is one message out (CVE-2023-51764 and its kin). A bare CR leaves
# as a space and a bare LF as CRLF, so that no hop can find an end of its own. tests/adversity has the whole list.

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
C: RCPT TO:<bob@example.com>
C: DATA
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
S: 354 End data with <CR><LF>.<CR><LF>
C+ Subject: outer\r\n\r\nouter\r\n.\nMAIL FROM:<evil@sender.example>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\ninner\r.\r\r\n.\r\n
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
    …
    Subject: outer

    outer
    MAIL FROM:<evil@sender.example>
    RCPT TO:<bob@example.com>
    DATA
    inner . …

# The same in a chunk: its length alone says where it ends.
client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
C: RCPT TO:<bob@example.com>
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
C+ BDAT 49 LAST\r\nSubject: chunk\r\n\r\na\r\n.\r\nMAIL FROM:<e@b.example>\r\n
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
    …
    Subject: chunk

    a
    .
    MAIL FROM:<e@b.example>
