reject_unauth_pipelining remembers who could not wait

# smtpd_forbid_unauth_pipelining would end such a session at once; here it is off and the restriction decides. After
# HELO nothing may be sent ahead; after EHLO all but the last command of a group may.

main.cf:
    smtpd_forbid_unauth_pipelining = no
smtpd_data_restrictions:
    reject_unauth_pipelining

client 127.0.0.2
S: …
C: HELO client.example
C: MAIL FROM:<ann@sender.example>
C: RCPT TO:<bob@example.com>
S: 250 gate.example.com
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
C: DATA
S: 503 5.5.0 <DATA>: Data command rejected: Improper use of SMTP command pipelining
C: QUIT
S: 221 2.0.0 Bye
closes
log: improper command pipelining after HELO from unknown[127.0.0.2]: MAIL FROM:<ann@sender.example>\r\nRCPT TO:<bob@example.com>\r\n

client 127.0.0.3
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
C: RCPT TO:<bob@example.com>
C: DATA
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: patient
C:
C: .
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
