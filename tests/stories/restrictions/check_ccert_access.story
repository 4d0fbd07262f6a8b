check_ccert_access looks up the certificate of the client, where there is one

# Without TLS there is none, and whoever stands in the table, nothing is looked up. An attribute that does not exist
# is our own mistake: 451.

smtpd_client_restrictions:
    check_ccert_access { hash:$config_directory/certificates, { search_order = cert_fingerprint } }

smtpd_sender_restrictions:
    check_sender_access hash:$config_directory/senders

file certificates:
    AA:BB:CC    REJECT stolen

file senders:
    odd@sender.example  check_ccert_access

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
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
C: MAIL FROM:<odd@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.5 Server configuration error
C: QUIT
S: 221 2.0.0 Bye
closes
