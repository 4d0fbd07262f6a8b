Who may say XCLIENT can be told by name

main.cf:
    smtpd_authorized_xclient_hosts = proxy.example

client 127.0.0.2 proxy.example
S: …
C: XCLIENT ADDR=192.0.2.1
S: 220 gate.example.com ESMTP Postfix
# What is not told stays as it was: the name is still that of the proxy.
C: XCLIENT NAME=mail.example ADDR=[UNAVAILABLE]
S: 220 gate.example.com ESMTP Postfix
C: XCLIENT NAME=proxy.example
S: 550 5.7.0 Error: insufficient authorization
C: QUIT
S: 221 2.0.0 Bye
closes
log: disconnect from mail.example[unknown] xclient=0/3 quit=1 commands=1/4

client 127.0.0.3
S: …
C: XCLIENT NAME=proxy.example
S: 550 5.7.0 Error: insufficient authorization
C: QUIT
S: 221 2.0.0 Bye
closes
