Mistakes in a list are met only by the mail that reaches them

# An unknown word, a check without its table, a bare table where it has no meaning, a name that Postfix's documents
# have and Postfix has not: 451, and the log and `gatepost check` say what to mend. A list name at the end without a
# domain is skipped.

smtpd_client_restrictions:
    check_client_access inline:{127.0.0.3=OK}
    reject_everything
smtpd_helo_restrictions:
    check_helo_access inline:{ok.example=OK}
    check_helo_access
smtpd_sender_restrictions:
    check_sender_access inline:{ann@sender.example=OK}
    reject_unknown_forward_client_hostname
smtpd_data_restrictions:
    inline:{x=OK}
smtpd_recipient_restrictions:
    reject_rbl_client

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.5 Server configuration error
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.3
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.5 Server configuration error
C: HELO ok.example
S: 250 gate.example.com
C: MAIL FROM:<eve@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.5 Server configuration error
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 451 4.3.5 Server configuration error
C: QUIT
S: 221 2.0.0 Bye
closes
