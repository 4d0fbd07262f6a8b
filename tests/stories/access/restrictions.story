A table may name restrictions, which are run in its place

# Known words, classes, and their arguments; no further table. What is no word of the language is our own mistake.

main.cf:
    smtpd_restriction_classes = strict
    strict = reject_non_fqdn_helo_hostname, reject
smtpd_sender_restrictions:
    check_sender_access hash:$config_directory/senders

file senders:
    strict.example      strict
    fqdn.example        reject_non_fqdn_helo_hostname, permit
    nested.example      check_client_access hash:other
    typo.example        REJECTED
    polite.example      250 welcome

client 127.0.0.2
S: …
C: HELO localhost
S: 250 gate.example.com
C: MAIL FROM:<x@strict.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@fqdn.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname
C: RSET
S: 250 2.0.0 Ok
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<x@strict.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <x@strict.example>: Sender address rejected: Access denied
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@fqdn.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@nested.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.5 Server configuration error
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@typo.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.5 Server configuration error
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@polite.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.5 Server configuration error
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
