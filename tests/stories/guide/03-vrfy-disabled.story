Nobody learns by VRFY who lives here

# Row 3: disable_vrfy_command = yes. EHLO does not offer it either.

use examples/guide
dns examples/guide/demo.zone

client 127.0.0.2
S: …
C: EHLO good.sender.example
S: 250-gate.example.com
S: 250-PIPELINING
S: 250-SIZE 10240000
S: 250-ETRN
S: 250-ENHANCEDSTATUSCODES
S: 250-8BITMIME
S: 250-DSN
S: 250-SMTPUTF8
S: 250 CHUNKING
C: VRFY bob@example.com
S: 502 5.5.1 VRFY command is disabled
C: QUIT
S: 221 2.0.0 Bye
closes
