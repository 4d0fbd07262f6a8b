smtpd_forbid_bare_newline = normalize: only CR LF . CR LF ends a message

# The usual trick of SMTP smuggling: a dot on a line of its own, ended by LF alone, and a second envelope behind it. It
# arrives as text. A bare LF ends a line and nothing more.

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C+ Subject: smuggled\n\nfirst\n.\nMAIL FROM:<eve@sender.example>\r\nRCPT TO:<carl@example.com>\r\nDATA\r\n
C: .
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
    …
    Subject: smuggled

    first
    MAIL FROM:<eve@sender.example>
    RCPT TO:<carl@example.com>
    DATA
