A trial of the greeting's pause: early talkers are told of and served

main.cf:
    postscreen_greet_wait = 30s
    postscreen_greet_action = ignore
    postscreen_greet_banner =

client 127.0.0.3
C: HELO early.example
S: 220 gate.example.com ESMTP Postfix
S: 250 gate.example.com
C: QUIT
S: 221 2.0.0 Bye
closes
log: PREGREET 20 after … from [127.0.0.3]:…: HELO early.example\r\n
