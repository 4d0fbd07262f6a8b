check_sender_access: address, without extension, domain, parents, user@

main.cf:
    recipient_delimiter = +
smtpd_sender_restrictions:
    check_sender_access hash:$config_directory/senders

file senders:
    ann@sub.sender.example      REJECT address
    sub.sender.example          OK
    sender.example              REJECT domain
    casino@                     REJECT user
    <>                          REJECT null sender

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<Ann+news@sub.sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <Ann+news@sub.sender.example>: Sender address rejected: address
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<casino@sub.sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<bea@deep.down.sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <bea@deep.down.sender.example>: Sender address rejected: domain
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<casino+x@other.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <casino+x@other.example>: Sender address rejected: user
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <>: Sender address rejected: null sender
C: QUIT
S: 221 2.0.0 Bye
closes
