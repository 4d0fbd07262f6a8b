reject_unauthenticated_sender_login_mismatch keeps owned senders from those who have not logged in

# smtpd_sender_login_maps names the owners of a sender address.

main.cf:
    smtpd_sasl_auth_enable = yes
    smtpd_sender_login_maps = hash:$config_directory/owners

smtpd_sender_restrictions:
    reject_unauthenticated_sender_login_mismatch

file owners:
    ann@example.com     ann, secretary
    @own.example        dora

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 553 5.7.1 <ann@example.com>: Sender address rejected: not logged in
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<any@own.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 553 5.7.1 <any@own.example>: Sender address rejected: not logged in
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<free@elsewhere.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
