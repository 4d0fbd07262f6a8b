VRFY runs what RCPT would, and promises nothing

smtpd_recipient_restrictions:
    check_recipient_access inline:{eve@example.com=REJECT}

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: VRFY bob@example.com
S: 252 2.0.0 bob@example.com
C: VRFY eve@example.com
S: 554 5.7.1 <eve@example.com>: Recipient address rejected: Access denied
C: VRFY victim@elsewhere.example
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: VRFY
S: 501 5.5.4 Syntax: VRFY address [SMTPUTF8]
C: QUIT
S: 221 2.0.0 Bye
closes
