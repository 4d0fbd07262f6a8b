Tables made of tables decide as the tables they are made of

# pipemap gives what one table says to the next as its key: here a sender's domain has a class, and classes have actions.
# unionmap joins what several say with commas; two restrictions so joined are a list. A table that fails is
# 451 4.3.5 for whoever meets it, also as a member; a member that is not reached does no harm.

smtpd_sender_restrictions:
    check_sender_access pipemap:{inline:{bulk.example=slow,worse.example=bad,odd.example=odd},inline:{slow=DEFER,{bad=REJECT go away}}}
    check_sender_access pipemap:{inline:{broken.example=x},fail:down}
smtpd_recipient_restrictions:
    check_recipient_access unionmap:{inline:{joined@example.com=permit_mynetworks},inline:{joined@example.com=reject}}
    check_recipient_access randmap:{OK}

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@worse.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <ann@worse.example>: Sender address rejected: go away
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@bulk.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <ann@bulk.example>: Sender address rejected: Access denied
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@odd.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<joined@example.com>
S: 554 5.7.1 <joined@example.com>: Recipient address rejected: Access denied
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@broken.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 451 4.3.5 <ann@broken.example>: Sender address rejected: Server configuration error
C: QUIT
S: 221 2.0.0 Bye
closes
