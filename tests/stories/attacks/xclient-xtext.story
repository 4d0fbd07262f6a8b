Line ends in XCLIENT attributes stay question marks, whoever says them

# The reply is one line (once it was two), and a stranger says nothing for others.

main.cf:
    smtpd_authorized_xclient_hosts = 127.0.0.2
    smtpd_sasl_auth_enable = yes

client 127.0.0.2
S: …
C: EHLO proxy.example
S: …
C: XCLIENT NAME=mail+0D+0Aevil.example
S: 501 5.5.4 Bad NAME syntax: mail??evil.example
C: XCLIENT ADDR=192.0.2.1+0A
S: 501 5.5.4 Bad ADDR syntax: 192.0.2.1?
C: XCLIENT LOGIN=ann+0Aevil HELO=a+00b
S: 220 gate.example.com ESMTP Postfix
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@elsewhere.example>
S: 554 5.7.1 <bob@elsewhere.example>: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.3
S: …
C: EHLO stranger.example
S: …
C: XCLIENT ADDR=127.0.0.1
S: 550 5.7.0 Error: insufficient authorization
C: QUIT
S: 221 2.0.0 Bye
closes
