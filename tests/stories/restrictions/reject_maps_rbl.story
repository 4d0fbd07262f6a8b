reject_maps_rbl asks every list of maps_rbl_domains

# The forerunner of reject_rbl_client, with its list names in a parameter. Postfix 3.9 has it no more. A list that
# is silent refuses nobody.

main.cf:
    maps_rbl_domains = dead.example, bl.example

smtpd_client_restrictions:
    reject_maps_rbl

dns:
    bl.example lists 127.0.0.3 127.0.0.2 a known spammer
    dead.example ! servfail
    *.dead.example ! servfail

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
S: 554 5.7.1 Service unavailable; Client host [127.0.0.3] blocked using bl.example; a known spammer
C: QUIT
S: 221 2.0.0 Bye
closes
