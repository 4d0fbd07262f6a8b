Odd names are made harmless

# Control characters and what could mean something in a header become `?`; several words are one name.

smtpd_helo_restrictions:
    check_helo_access static:REJECT

client 127.0.0.2
S: …
C+ HELO a<b>\x01;c d\r\n
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <a?b???c?d>: Helo command rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes
