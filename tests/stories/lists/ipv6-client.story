A client with an IPv6 address

# Its networks are cut at the colons, its names live under ip6.arpa, block lists are asked for its nibbles.

not under loopback: no address but ::1 is there
not under process: no address but ::1 is there

smtpd_client_restrictions:
    check_client_access inline:{ {2001:db8:0:1=REJECT network} }
    reject_rbl_client bl.example
dns:
    bl.example lists 2001:db8::2 127.0.0.2 listed

client 2001:db8::1 six.example
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

client 2001:db8::2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 Service unavailable; Client host [2001:db8::2] blocked using bl.example; listed
C: QUIT
S: 221 2.0.0 Bye
closes

client 2001:db8:0:1:2:3:4:5
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <unknown[2001:db8:0:1:2:3:4:5]>: Client host rejected: network
C: QUIT
S: 221 2.0.0 Bye
closes
