Addresses, as generously as can be

# Without strict_rfc821_envelopes brackets may be missing, comments and routes are dropped. Nonsense stays nonsense.

main.cf:
    mynetworks = 127.0.0.0/8
    smtpd_soft_error_limit = 50
    smtpd_hard_error_limit = 60

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:ann@sender.example
S: 250 2.1.0 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM: <ann@sender.example>
S: 250 2.1.0 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann(Ann)@sender.example>
S: 250 2.1.0 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<@a.example,@b.example:ann@sender.example>
S: 250 2.1.0 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<"ann smith"@sender.example>
S: 250 2.1.0 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@[192.0.2.1]>
S: 250 2.1.0 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@[IPv6:2001:db8::1]>
S: 250 2.1.0 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@under_score.example>
S: 250 2.1.0 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example.>
S: 250 2.1.0 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<>
S: 250 2.1.0 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@a..b>
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:<ann@-dash.example>
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:<ann@192.0.2.1>
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:<ann@[nonsense]>
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:<-ann@sender.example>
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:<ann smith@sender.example>
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:<ann@sender.example
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:<a@b.example,c@d.example>
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM:<ann@sünder.example>
S: 501 5.1.7 Bad sender address syntax
C: MAIL FROM :<ann@sender.example>
S: 501 5.5.4 Syntax: MAIL FROM:<address>
C: MAIL ann@sender.example
S: 501 5.5.4 Syntax: MAIL FROM:<address>
C: MAIL FROM:Ann <ann@sender.example>
S: 555 5.5.4 Unsupported option: <ann@sender.example>
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<>
S: 501 5.1.3 Bad recipient address syntax
C: RCPT TO:<bob@example..com>
S: 501 5.1.3 Bad recipient address syntax
C: RCPT TO:<-bob@example.com>
S: 501 5.1.3 Bad recipient address syntax
C: RCPT bob@example.com
S: 501 5.5.4 Syntax: RCPT TO:<address>
C: RCPT TO:<bob>
S: 250 2.1.5 Ok
C: RCPT TO:bob@example.com
S: 250 2.1.5 Ok
C: RCPT TO:<bob@example.com> FOO=bar
S: 555 5.5.4 Unsupported option: FOO=bar
C: QUIT
S: 221 2.0.0 Bye
closes
