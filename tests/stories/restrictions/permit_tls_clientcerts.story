permit_tls_clientcerts lets nobody in who has shown no certificate

# relay_clientcerts names the certificates that may relay. Without TLS nobody has shown one.

main.cf:
    relay_clientcerts = hash:$config_directory/certificates

smtpd_relay_restrictions:
    permit_tls_clientcerts
    reject_unauth_destination

file certificates:
    AA:BB:CC    camera

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 554 5.7.1 <friend@elsewhere.example>: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes
