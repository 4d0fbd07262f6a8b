permit_mx_backup takes mail for domains that name us as a worse mail exchanger

# We are an exchanger by name, and not the best. Where the exchangers cannot be looked up, a refusal behind it is
# one for now. With permit_mx_backup_networks the best exchangers must be in there, or anybody could point a record
# at us.

main.cf:
    mydestination = gate.example.com
    local_recipient_maps =
    permit_mx_backup_networks = 192.0.2.0/24

smtpd_relay_restrictions:
    permit_mx_backup
    reject_unauth_destination

dns:
    backed.example 300 MX 10 mx1.backed.example
    backed.example 300 MX 20 gate.example.com
    mx1.backed.example 300 A 192.0.2.31
    elsewhere.example 300 MX 10 mx.elsewhere.example
    elsewhere.example 300 MX 20 gate.example.com
    mx.elsewhere.example 300 A 203.0.113.31
    foreign.example 300 MX 10 mx1.backed.example
    silent.example ! servfail

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@backed.example>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@elsewhere.example>
S: 554 5.7.1 <bob@elsewhere.example>: Relay access denied
C: RCPT TO:<bob@foreign.example>
S: 554 5.7.1 <bob@foreign.example>: Relay access denied
C: RCPT TO:<bob@silent.example>
S: 450 4.4.4 <bob@silent.example>: Recipient address rejected: Unable to look up mail exchanger information: Host not found, try again
C: QUIT
S: 221 2.0.0 Bye
closes
