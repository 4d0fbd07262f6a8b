SMTPUTF8 goes through to a hop that has it

hop:

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<änn@sender.example> SMTPUTF8
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
hop heard: MAIL FROM:<änn@sender.example>…SMTPUTF8…
delivered to bob@example.com
    Received: from client.example (unknown [127.0.0.2])
    	by gate.example.com (Postfix) with UTF8SMTP id …
    …
