The hop hangs up after the final dot

# Perhaps it has the message. The client is told to come again, and the log says that it may arrive twice
# (RFC 5321 section 6.1).

hop:
    END-OF-MESSAGE: hangs up

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
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
S: 451 4.3.0 Error: next hop unavailable
C: QUIT
S: 221 2.0.0 Bye
closes
log: warning: …: lost connection after final dot; the client may send it again (next hop 127.0.0.1:…: …)
