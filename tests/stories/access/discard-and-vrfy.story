A DISCARD concerns the message that asked for it, and nothing else

# Asking with VRFY about an address that is discarded must not drop the message that is under way.

smtpd_recipient_restrictions:
    check_recipient_access inline:{trap@example.com=DISCARD}
    reject_unauth_destination
hop:

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: VRFY trap@example.com
S: 252 2.0.0 trap@example.com
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: hello
C:
C: Hello.
C: .
S: 250 2.0.0 Ok: queued as HOP1
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
    …
    Hello.
