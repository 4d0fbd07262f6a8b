Cameras and appliances skip the rest of the recipient list, and nothing of the HELO list

# Row 7. 127.0.0.9 stands in helo_client_exceptions: it has no name, its HELO is not fully qualified, it is on a block
# list, and its mail is taken. But what smtpd_helo_restrictions refuse stays refused, and it may not relay.

use examples/guide
dns examples/guide/demo.zone
dns:
    bl.spamcop.net lists 127.0.0.9 127.0.0.2 A camera that was seen sending spam

client 127.0.0.9
S: …
C: HELO camera
S: 250 gate.example.com
C: MAIL FROM:<camera@nowhere.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 554 5.7.1 <victim@elsewhere.example>: Relay access denied
C: HELO 192.0.2.1
S: 250 gate.example.com
C: MAIL FROM:<camera@nowhere.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 550 5.7.1 <192.0.2.1>: Helo command rejected: An address belongs in brackets: see RFC 5321
C: QUIT
S: 221 2.0.0 Bye
closes
