The lists of DATA and of the end of the message

# A refusal at DATA leaves the transaction open; one at the end of the message ends it. With several recipients these
# lists see none.

smtpd_data_restrictions:
    check_recipient_access inline:{carl@example.com=REJECT}
smtpd_end_of_data_restrictions:
    check_sender_access inline:{eve@sender.example=REJECT}
    check_recipient_access inline:{dora@example.com=REJECT}

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<carl@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 554 5.7.1 <carl@example.com>: Recipient address rejected: Access denied
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as …
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<dora@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 554 5.7.1 <dora@example.com>: Recipient address rejected: Access denied
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
C: DATA
S: 503 5.5.1 Error: need RCPT command
C: QUIT
S: 221 2.0.0 Bye
closes

delivered to carl@example.com
delivered to bob@example.com
log: NOQUEUE: reject: END-OF-MESSAGE from unknown[127.0.0.2]: 554 5.7.1 <eve@sender.example>: Sender address rejected: Access denied; from=<eve@sender.example> to=<bob@example.com> proto=SMTP helo=<client.example> id=…
