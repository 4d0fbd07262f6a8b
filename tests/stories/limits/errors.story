Too many errors end the session

# The limit is looked at before the next command is read, so the last word follows the last refusal at once. A message
# that is taken wipes the slate.

main.cf:
    smtpd_hard_error_limit = 3
    smtpd_soft_error_limit = 3
    smtpd_error_sleep_time = 0

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: FOO
S: 500 5.5.2 Error: command not recognized
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as …
C: FOO
S: 500 5.5.2 Error: command not recognized
C: RCPT TO:<bob@example.com>
S: 503 5.5.1 Error: need MAIL command
C: MAIL
S: 501 5.5.4 Syntax: MAIL FROM:<address>
S: 421 4.7.0 gate.example.com Error: too many errors
closes
delivered to bob@example.com
log: too many errors after MAIL from unknown[127.0.0.2]
