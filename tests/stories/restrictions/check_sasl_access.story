check_sasl_access looks up the login name, where there is one

# A client that has not logged in is skipped: nothing is looked up, and a table that is not there harms nobody.

main.cf:
    smtpd_sasl_auth_enable = yes

smtpd_client_restrictions:
    check_sasl_access hash:$config_directory/logins

file logins:
    ann         REJECT your account is locked

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
