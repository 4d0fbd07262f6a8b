A message that is refused at its end never gets its dot

smtpd_end_of_data_restrictions:
    check_sender_access inline:{eve@sender.example=REJECT}
hop:

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<eve@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 554 5.7.1 <eve@sender.example>: Sender address rejected: Access denied
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as HOP1
C: QUIT
S: 221 2.0.0 Bye
closes
hop heard: MAIL FROM:<eve@sender.example>
hop heard: EHLO gate.example.com
hop heard: MAIL FROM:<ann@sender.example>
delivered to bob@example.com
