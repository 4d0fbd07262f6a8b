What comes after DATA is too late for the envelope

# At the end of the message the next hop has the envelope and the header. BCC and REDIRECT are refused for now, PREPEND is
# told and passed over, as in Postfix.

smtpd_end_of_data_restrictions:
    check_sender_access inline:{ {copy@sender.example=BCC eve@example.com} {other@sender.example=REDIRECT eve@example.com} {top@sender.example=PREPEND X-Late: yes} }

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<copy@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 451 4.3.0 Error: this server keeps no queue and cannot do what its policy asks
C: MAIL FROM:<other@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 451 4.3.0 Error: this server keeps no queue and cannot do what its policy asks
C: MAIL FROM:<top@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
    Return-Path: <top@sender.example>
    Delivered-To: bob@example.com
    Received: from client.example (unknown [127.0.0.2])
    	by gate.example.com (Postfix) with SMTP id …
    	for <bob@example.com>; …
    Subject: hello

    Hello.
log: warning: END-OF-MESSAGE from unknown[127.0.0.2]: access table action BCC eve@example.com comes too late: the next hop has the envelope. Use it in an earlier list
log: warning: END-OF-MESSAGE from unknown[127.0.0.2]: access table action PREPEND comes too late: passed over
