Exceptions from greylisting: clients by name and network, senders, recipients

main.cf:
    greylist_store = memory:
    greylist_client_exceptions = .friend.example, 127.0.0.3, !127.0.0.4, 127.0.0.4/30
    greylist_sender_exceptions = texthash:$config_directory/senders
    greylist_recipient_exceptions = inline:{ { postmaster@ = OK } }
file senders:
    bank.example    OK
    spam@bank.example    DUNNO
smtpd_recipient_restrictions:
    check_greylist

client 127.0.0.2 mx.friend.example
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok

client 127.0.0.3
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok

client 127.0.0.4
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 …
C: RCPT TO:<Postmaster@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<news@mail.bank.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<spam@bank.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.2.0 …
