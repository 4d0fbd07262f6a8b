BCC gives a copy to somebody whom no header names

# However often it is asked for, it is one copy. A table at DATA may ask for it too.

smtpd_recipient_restrictions:
    check_sender_access inline:{ {sender.example=BCC archive@example.com} }
smtpd_data_restrictions:
    check_sender_access inline:{ {sender.example=BCC judge@example.com} }

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<carl@example.com>
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
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
delivered to carl@example.com
delivered to archive@example.com
    Return-Path: <ann@sender.example>
    Delivered-To: archive@example.com
    Received: from client.example (unknown [127.0.0.2])
    	by gate.example.com (Postfix) with SMTP id …;
    	…
    Subject: hello

    Hello.
delivered to judge@example.com
