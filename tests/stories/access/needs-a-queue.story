What only a queue can do is refused for now, not forgotten

# HOLD and FILTER change where mail goes after it was taken. Gatepost takes none before the next hop has. `gatepost
# check` names them. A bad argument is told and passed over, as in Postfix; so is whatever is asked for at VRFY.

smtpd_sender_restrictions:
    check_sender_access hash:$config_directory/senders

file senders:
    hold.example        HOLD
    filter.example      FILTER smtp:[127.0.0.1]:10025
    nowhere.example     REDIRECT nowhere

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<x@hold.example>
S: 250 2.1.0 Ok
C: VRFY bob@example.com
S: 252 2.0.0 bob@example.com
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
log: warning: RCPT from unknown[127.0.0.2]: access table action HOLD needs a queue, which Gatepost does not keep: change the access table
log: warning: REDIRECT needs a mail address, not 'nowhere': ignored
