Who does not wait for the reply to HELO is sent away

# smtpd_forbid_unauth_pipelining is yes, as in Postfix 3.9 and later.

client 127.0.0.2
S: …
C: HELO client.example
C: MAIL FROM:<ann@sender.example>
S: 554 5.5.0 Error: SMTP protocol synchronization
closes
log: improper command pipelining after HELO from unknown[127.0.0.2]: MAIL FROM:<ann@sender.example>\r\n

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
C: RCPT TO:<bob@example.com>
C: DATA
C: Subject: too early
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
S: 554 5.5.0 Error: SMTP protocol synchronization
closes
