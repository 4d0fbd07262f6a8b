A message that is too big is refused, whatever it said of itself

main.cf:
    message_size_limit = 100

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example> SIZE=50
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C+ Subject: big\r\n\r\n\{200*x}\r\n.\r\n
S: 552 5.3.4 Error: message file too big
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C+ BDAT 101 LAST\r\n\{101*x}
S: 552 5.3.4 Chunk exceeds message size limit
C: QUIT
S: 221 2.0.0 Bye
closes
