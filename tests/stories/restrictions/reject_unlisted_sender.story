reject_unlisted_sender: who claims to be one of us must be one of us

main.cf:
    relay_recipient_maps = inline:{bob@example.com=x, carl@example.com=x}
    show_user_unknown_table_name = no
smtpd_sender_restrictions:
    reject_unlisted_sender

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<eve@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.1.0 <eve@example.com>: Sender address rejected: User unknown
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<carl@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
