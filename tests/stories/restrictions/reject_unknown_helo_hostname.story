reject_unknown_helo_hostname: the DNS must know the name

# An address or a mail exchanger is enough; "takes no mail" (RFC 7505) is known too. While the name servers fail the
# client shall come again, unless it is refused for another reason.

smtpd_helo_restrictions:
    reject_unknown_helo_hostname
dns:
    a.example 300 A 192.0.2.1
    mx.example 300 MX 10 a.example
    null.example 300 MX 0 .
    text.example 300 TXT "no host"
    fails.example ! servfail

client 127.0.0.2
S: …
C: HELO a.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: HELO mx.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: HELO null.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: HELO [192.0.2.1]
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: HELO nowhere.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <nowhere.example>: Helo command rejected: Host not found
C: HELO text.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <text.example>: Helo command rejected: Host not found
C: HELO fails.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <fails.example>: Helo command rejected: Host not found
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes
