VRFY outside a transaction: what an earlier sender was deferred for counts, the client's own deferral does not

# No sender list is run there, and each recipient begins with the flag as the sender list has left it, as in Postfix 3.7:
# at first down, whatever the client's list has raised; later up, until the next sender is judged.

smtpd_client_restrictions:
    check_client_access inline:{ {127.0.0.9 = DEFER_IF_PERMIT the client} }
smtpd_sender_restrictions:
    check_sender_access inline:{ {ann@sender.example = DEFER_IF_PERMIT the sender} }

client 127.0.0.9
S: …
C: HELO client.example
S: 250 gate.example.com
C: VRFY bob@example.com
S: 252 2.0.0 bob@example.com
C: MAIL FROM:<bob@sender.example>
S: 250 2.1.0 Ok
C: VRFY bob@example.com
S: 450 4.7.1 <unknown[127.0.0.9]>: Client host rejected: the client
C: RSET
S: 250 2.0.0 Ok
C: VRFY bob@example.com
S: 450 4.7.1 <unknown[127.0.0.9]>: Client host rejected: the client
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.10
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <ann@sender.example>: Sender address rejected: the sender
C: RSET
S: 250 2.0.0 Ok
C: VRFY bob@example.com
S: 450 4.7.1 <ann@sender.example>: Sender address rejected: the sender
C: MAIL FROM:<bob@sender.example>
S: 250 2.1.0 Ok
C: VRFY bob@example.com
S: 252 2.0.0 bob@example.com
C: QUIT
S: 221 2.0.0 Bye
closes
