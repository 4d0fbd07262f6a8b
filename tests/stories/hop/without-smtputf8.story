A message that needs SMTPUTF8, and a hop that has none

hop:
    offers: SIZE 10240000, 8BITMIME

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<änn@sender.example> SMTPUTF8
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.6.7 …
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example> BODY=8BITMIME RET=HDRS
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com> NOTIFY=NEVER
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
hop heard: MAIL FROM:<ann@sender.example>… BODY=8BITMIME
hop heard: RCPT TO:<bob@example.com>
delivered to bob@example.com
log: …: next hop 127.0.0.1:… does not offer DSN: dropped RET, NOTIFY
