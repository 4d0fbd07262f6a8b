A filter tells by XFORWARD from whom the mail came: the hop and the log are told, the policy is not

main.cf:
    smtpd_authorized_xforward_hosts = 127.0.0.2
    smtpd_sender_restrictions = check_client_access inline:{192.0.2.9=REJECT}

hop:
    offers: XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE

client 127.0.0.2
S: …
C: EHLO filter.example
S: …
C: XFORWARD NAME=spike.example ADDR=192.0.2.9 HELO=spi+20ke IDENT=4Xy
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: XFORWARD PORT=25
S: 503 5.5.1 Error: MAIL transaction in progress
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: client=unknown[127.0.0.2], orig_queue_id=4Xy, orig_client=spike.example[192.0.2.9], id=…
hop heard: EHLO gate.example.com
hop heard: XFORWARD NAME=spike.example ADDR=192.0.2.9 PORT=[UNAVAILABLE] PROTO=[UNAVAILABLE] HELO=spi?ke IDENT=4Xy SOURCE=REMOTE
hop heard: MAIL FROM:<ann@sender.example>
hop heard: RCPT TO:<bob@example.com>
hop heard: RSET
hop heard: XFORWARD NAME=[UNAVAILABLE] ADDR=127.0.0.2 PORT=… PROTO=ESMTP HELO=filter.example IDENT=… SOURCE=REMOTE

client 127.0.0.3
S: …
C: XFORWARD ADDR=192.0.2.9
S: 550 5.7.0 Error: insufficient authorization
C: QUIT
S: 221 2.0.0 Bye
closes
