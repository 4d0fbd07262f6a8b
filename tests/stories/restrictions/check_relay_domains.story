check_relay_domains lets clients of relay_domains send anywhere, and anybody send to us

# The forerunner of reject_unauth_destination: it trusts the client's verified name, and it never has no opinion.
# Postfix 3.9 has it no more.

smtpd_relay_restrictions:
    check_relay_domains

client 127.0.0.2 mx.example.com
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.3 mx.elsewhere.example
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<friend@elsewhere.example>
S: 554 5.7.1 <friend@elsewhere.example>: Recipient address rejected: Relay access denied
C: QUIT
S: 221 2.0.0 Bye
closes
