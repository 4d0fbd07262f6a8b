What only a queue can do is refused for now, not forgotten

# HOLD, REDIRECT, BCC and FILTER change where mail goes after it was taken. Gatepost takes none before the next hop has.

smtpd_sender_restrictions:
    check_sender_access hash:$config_directory/senders

file senders:
    hold.example        HOLD
    redirect.example    REDIRECT eve@example.com
    bcc.example         BCC eve@example.com
    filter.example      FILTER smtp:[127.0.0.1]:10025
    nowhere.example     REDIRECT nowhere

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<x@hold.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.0 Error: this server keeps no queue and cannot do what its policy asks
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@redirect.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.0 Error: this server keeps no queue and cannot do what its policy asks
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@bcc.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.0 Error: this server keeps no queue and cannot do what its policy asks
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@filter.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.0 Error: this server keeps no queue and cannot do what its policy asks
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@nowhere.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
