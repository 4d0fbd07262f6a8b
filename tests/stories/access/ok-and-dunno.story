OK permits, RELAY permits, DUNNO has no opinion

smtpd_recipient_restrictions:
    check_sender_access inline:{ok.example=OK, {relay.example=RELAY with text}, dunno.example=DUNNO, example=REJECT}
    reject

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<x@ok.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@relay.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@dunno.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <bob@example.com>: Recipient address rejected: Access denied
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@other.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <x@other.example>: Sender address rejected: Access denied
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
