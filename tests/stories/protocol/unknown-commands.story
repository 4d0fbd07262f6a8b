What is no command, and what is another protocol

# HELP and EXPN are not served; STARTTLS is known, and off here. A browser or a header line shows that no mail server is at the other end.

client 127.0.0.2
S: …
C: HELP
S: 500 5.5.2 Error: command not recognized
C: EXPN staff
S: 500 5.5.2 Error: command not recognized
C:
S: 500 5.5.2 Error: bad syntax
C+ \xff\xfe\r\n
S: 500 5.5.2 Error: bad UTF-8 syntax
C: noop
S: 250 2.0.0 Ok
C: STARTTLS
S: 502 5.5.1 Error: command not implemented
C: GET / HTTP/1.1
S: 221 2.7.0 Error: I can break rules, too. Goodbye.
closes
log: warning: non-SMTP command from unknown[127.0.0.2]: GET / HTTP/1.1

client 127.0.0.2
S: …
C: Subject: hello
S: 221 2.7.0 Error: I can break rules, too. Goodbye.
closes

client 127.0.0.2
S: …
C+ \x16\x03\x01\r\n
S: 221 2.7.0 Error: I can break rules, too. Goodbye.
closes
