Every command in its place, and what is said when it is not

# RFC 5321 section 4.1.4. A new EHLO or HELO forgets the open transaction.

main.cf:
    smtpd_helo_required = yes
    smtpd_soft_error_limit = 30
    smtpd_hard_error_limit = 40

client 127.0.0.2
S: 220 gate.example.com ESMTP Postfix
C: RCPT TO:<bob@example.com>
S: 503 5.5.1 Error: need MAIL command
C: DATA
S: 503 5.5.1 Error: need RCPT command
C: ETRN example.com
S: 503 Error: send HELO/EHLO first
C: MAIL FROM:<ann@sender.example>
S: 503 5.5.1 Error: send HELO/EHLO first
C: NOOP
S: 250 2.0.0 Ok
C: RSET
S: 250 2.0.0 Ok
C: HELO
S: 501 Syntax: HELO hostname
C: EHLO
S: 501 Syntax: EHLO hostname
C: EHLO client.example
S: …
C: RCPT TO:<bob@example.com>
S: 503 5.5.1 Error: need MAIL command
C: DATA
S: 503 5.5.1 Error: need RCPT command
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 503 5.5.1 Error: nested MAIL command
C: ETRN example.com
S: 503 Error: MAIL transaction in progress
C: DATA
S: 554 5.5.1 Error: no valid recipients
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: MAIL FROM:<ann@sender.example>
S: 503 5.5.1 Error: nested MAIL command
C: DATA now
S: 501 5.5.4 Syntax: DATA
C: RSET now
S: 501 5.5.4 Syntax: RSET
C: HELO client.example
S: 250 gate.example.com
C: DATA
S: 503 5.5.1 Error: need RCPT command
C: QUIT whatever
S: 221 2.0.0 Bye
closes
