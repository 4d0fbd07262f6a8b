What DNS does not know is refused for good

# Row 4: unknown_address_reject_code, unknown_hostname_reject_code and unknown_client_reject_code are 554. Where the
# name servers did not answer it stays 450: the client shall come again.

use examples/guide
dns examples/guide/demo.zone
smtpd_helo_restrictions:
    permit_mynetworks, reject_unknown_hostname

client 127.0.0.2
S: …
C: HELO nowhere.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <nowhere.example>: Helo command rejected: Host not found
C: HELO good.sender.example
S: 250 gate.example.com
C: MAIL FROM:<ann@nowhere.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.1.8 <ann@nowhere.example>: Sender address rejected: Domain not found
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@broken.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.1.8 <ann@broken.example>: Sender address rejected: Domain not found
C: QUIT
S: 221 2.0.0 Bye
closes

# A client without a name in the DNS.
client 127.0.0.4
S: …
C: HELO good.sender.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 Client host rejected: cannot find your reverse hostname, [127.0.0.4]
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: reject: RCPT from unknown[127.0.0.4]: 554 5.7.1 Client host rejected: cannot find your reverse hostname, [127.0.0.4]; from=<ann@sender.example> to=<bob@example.com> proto=SMTP helo=<good.sender.example> id=…
