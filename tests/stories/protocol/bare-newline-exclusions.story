A machine on smtpd_forbid_bare_newline_exclusions is heard as in old times

# For an appliance that ends its lines with LF alone. What it sends still leaves with CRLF; strangers are held to the rule.

main.cf:
    smtpd_forbid_bare_newline_exclusions = 127.0.0.7

client 127.0.0.7
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C+ Subject: old\n\nfrom a scanner\n.\n
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
    …
    from a scanner
