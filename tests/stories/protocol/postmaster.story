The postmaster can always be reached

# RCPT TO:<postmaster>, that bare word in any case, is accepted without running any list (RFC 5321 section 4.5.1).
# With a domain there is no such favour, and abuse has none either.

smtpd_client_restrictions:
    reject

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<postmaster>
S: 250 2.1.5 Ok
C: RCPT TO:<PostMaster>
S: 250 2.1.5 Ok
C: RCPT TO:<postmaster@example.com>
S: 554 5.7.1 <unknown[127.0.0.2]>: Client host rejected: Access denied
C: RCPT TO:<abuse>
S: 554 5.7.1 <unknown[127.0.0.2]>: Client host rejected: Access denied
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes

# Two spellings, one mailbox, one copy.
delivered to postmaster@gate.example.com

# The sender of address probes is reachable too, so that other sites may probe back (address_verify_sender).
client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<double-bounce@gate.example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
