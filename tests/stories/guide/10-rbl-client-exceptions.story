A friend whom a block list names

# Row 10: rbl_client_exceptions stands before the block lists and behind the name checks: it skips the former only.

use examples/guide
dns examples/guide/demo.zone
dns:
    zen.spamhaus.org lists 127.0.0.8 127.0.0.2 listed by mistake

client 127.0.0.8 relay.friend.example
S: …
C: HELO relay.friend.example
S: 250 gate.example.com
C: MAIL FROM:<ann@nowhere.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.1.8 <ann@nowhere.example>: Sender address rejected: Domain not found
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
