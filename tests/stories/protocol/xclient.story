XCLIENT: a trusted machine says for whom it speaks

# The session begins anew with a greeting: HELO is forgotten, every list judges the other client, the log names it, and
# the right to say XCLIENT is asked again, for the other client.

main.cf:
    smtpd_authorized_xclient_hosts = 127.0.0.2, 192.0.2.9
    smtpd_helo_required = yes
    smtpd_sasl_auth_enable = yes
    smtpd_delay_reject = no
smtpd_client_restrictions:
    check_client_access inline:{192.0.2.66=REJECT, shut.example=REJECT}
smtpd_relay_restrictions:
    permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions:
    reject_unknown_reverse_client_hostname
    check_reverse_client_hostname_access inline:{ {dial.example = REJECT a dial-up line} }

client 127.0.0.2
S: …
C: EHLO proxy.example
S: 250-gate.example.com
S: 250-PIPELINING
S: 250-SIZE 10240000
S: 250-VRFY
S: 250-ETRN
S: 250-AUTH PLAIN LOGIN
S: 250-XCLIENT NAME ADDR PROTO HELO REVERSE_NAME PORT LOGIN DESTADDR DESTPORT
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-DSN
S: 250-SMTPUTF8
S: 250 CHUNKING
C: XCLIENT NAME=mail.sender.example ADDR=192.0.2.1
S: 220 gate.example.com ESMTP Postfix
C: MAIL FROM:<ann@sender.example>
S: 503 5.5.1 Error: send HELO/EHLO first
C: XCLIENT ADDR=192.0.2.2
S: 550 5.7.0 Error: insufficient authorization
C: HELO sender.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: XCLIENT ADDR=192.0.2.2
S: 503 5.5.1 Error: MAIL transaction in progress
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@elsewhere.example>
S: 554 5.7.1 <bob@elsewhere.example>: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: reject: RCPT from mail.sender.example[192.0.2.1]: 554 5.7.1 <bob@elsewhere.example>: Relay access denied; from=<ann@sender.example> to=<bob@elsewhere.example> proto=SMTP helo=<sender.example> id=…
log: disconnect from mail.sender.example[192.0.2.1] helo=1 ehlo=1 xclient=0/3 mail=1/2 rcpt=1/2 quit=1 commands=5/10

# The other client may be trusted too; names, login and HELO come with it.
client 127.0.0.2
S: …
C: XCLIENT NAME=second.example ADDR=192.0.2.9
S: 220 gate.example.com ESMTP Postfix
C: XCLIENT NAME=[UNAVAILABLE] REVERSE_NAME=dial.example ADDR=IPV6:2001:db8::1 HELO=dial PROTO=ESMTP LOGIN=ann
S: 220 gate.example.com ESMTP Postfix
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@elsewhere.example>
S: 554 5.7.1 <dial.example>: Unverified Client host rejected: a dial-up line
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: reject: RCPT from unknown[2001:db8::1]: 554 5.7.1 <dial.example>: Unverified Client host rejected: a dial-up line; from=<ann@sender.example> to=<bob@elsewhere.example> proto=ESMTP helo=<dial> id=…

# Who is refused hears it in place of the greeting, and may only quit.
client 127.0.0.2
S: …
C: XCLIENT NAME=shut.example ADDR=192.0.2.7
S: 554 5.7.1 <shut.example[192.0.2.7]>: Client host rejected: Access denied
C: XCLIENT ADDR=127.0.0.2
S: 503 5.7.0 Error: access denied for shut.example[192.0.2.7]
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: reject: XCLIENT from shut.example[192.0.2.7]: 554 5.7.1 <shut.example[192.0.2.7]>: Client host rejected: Access denied; proto=SMTP id=…

client 127.0.0.3
S: …
C: XCLIENT ADDR=192.0.2.1
S: 550 5.7.0 Error: insufficient authorization
C: XCLIENT
S: 501 5.5.4 Syntax: XCLIENT attribute=value...
C: QUIT
S: 221 2.0.0 Bye
closes
