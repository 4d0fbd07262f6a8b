A stranger hears the greeting only after a pause, and must not speak in it

# The teaser is the first line of a greeting; who answers it does not speak SMTP. Own networks need not wait, nor whom
# a table permits.

main.cf:
    postscreen_greet_wait = 1s
    postscreen_greet_banner = gate.example.com a moment
    postscreen_access_list = permit_mynetworks, inline:{127.0.0.6=permit, 127.0.0.7=reject}, static:dunno

client 127.0.0.2
S: 220-gate.example.com a moment
S: 220 gate.example.com ESMTP Postfix
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.3
S: 220-gate.example.com a moment
C: EHLO spam.example
S: 521 5.5.1 Protocol error
closes
log: PREGREET 19 after … from [127.0.0.3]:…: EHLO spam.example\r\n
log: disconnect from unknown[127.0.0.3] commands=0/0

client 127.0.0.1
S: 220 gate.example.com ESMTP Postfix
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.6
S: 220 gate.example.com ESMTP Postfix
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.7
S: 220-gate.example.com a moment
vanishes
log: lost connection after CONNECT from unknown[127.0.0.7]
