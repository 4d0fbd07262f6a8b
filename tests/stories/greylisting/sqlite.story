The default store, an SQLite file under data_directory; the text names the recipient's domain and the seconds

main.cf:
    greylist_delay = 1s
    greylist_text = come again: http://help.example/%r.html (%s)
smtpd_recipient_restrictions:
    check_greylist
    check_sender_access inline:{ { spam@sender.example = REJECT } }

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 <bob@example.com>: Recipient address rejected: come again: http://help.example/example.com.html (1)

# Who is refused for good need not come again.

C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<spam@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <spam@sender.example>: Sender address rejected: Access denied

later 2s

C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
