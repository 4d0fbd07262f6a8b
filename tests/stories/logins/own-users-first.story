Own users first: who has logged in is let through by the guide's order, a stranger with the same facts is not

# The guide's list permits users before its checks of names and lists. So a user at home, whose machine says a name
# that is none and whose address is on a block list, may send, to us and to others.

use examples/guide

main.cf:
    smtpd_sasl_auth_enable = yes
    smtpd_sasl_type = gatepost

file users:
    ann:$argon2id$v=19$m=8,t=1,p=1$2Ps/cY/F5Rm3FhhT9IpTAw$HFgGlhiklpiNk5C9gya4ZVsUYhG5lJjg0+NyWsRPkn0

dns:
    2.0.0.127.zen.spamhaus.org 300 A 127.0.0.10

client 127.0.0.2 dialup-2.home.example
S: 220 gate.example.com ESMTP Postfix
C: EHLO mypc
S: 250-gate.example.com
S: 250-PIPELINING
S: 250-SIZE 10240000
S: 250-ETRN
S: 250-AUTH PLAIN LOGIN
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-DSN
S: 250-SMTPUTF8
S: 250 CHUNKING
C: AUTH PLAIN AGFubgBzZWNyZXQ=
S: 235 2.7.0 Authentication successful
C: MAIL FROM:<ann@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.2 dialup-2.home.example
S: 220 gate.example.com ESMTP Postfix
C: EHLO mypc
S: …
C: MAIL FROM:<ann@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 554 5.7.1 <friend@elsewhere.example>: Relay access denied
C: RCPT TO:<bob@example.com>
S: 504 5.5.2 <mypc>: Helo command rejected: need fully-qualified hostname
C: QUIT
S: 221 2.0.0 Bye
closes
