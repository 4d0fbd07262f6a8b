reject_rbl_client: the address is on a block list

# A filter names the answers that count. An answer outside 127.0.0.0/8 is an error of the list, and so is silence:
# neither refuses anybody.

smtpd_client_restrictions:
    reject_rbl_client parked.example
    reject_rbl_client bl.example=127.0.0.[2;10..11]
    reject_rbl_client bl.example=127.0.0.3
dns:
    bl.example lists 127.0.0.3 127.0.0.2 see https://bl.example/why
    bl.example lists 127.0.0.4 127.0.0.9,127.0.0.10
    parked.example lists 127.0.0.5 203.0.113.9 This domain is for sale
    dead.example ! silent

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
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
S: 554 5.7.1 Service unavailable; Client host [127.0.0.3] blocked using bl.example; see https://bl.example/why
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.4
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 Service unavailable; Client host [127.0.0.4] blocked using bl.example
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.5
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
log: warning: block list parked.example answers 203.0.113.9: not a listing but an error: outside 127.0.0.0/8: …
log: NOQUEUE: reject: RCPT from unknown[127.0.0.3]: 554 5.7.1 Service unavailable; Client host [127.0.0.3] blocked using bl.example; see https://bl.example/why; from=<ann@sender.example> to=<bob@example.com> proto=SMTP helo=<client.example> id=…
