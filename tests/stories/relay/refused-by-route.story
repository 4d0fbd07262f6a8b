A route that refuses, refuses without the unlisted check too

# Postfix would queue the mail and bounce it. An address that an alias map knows goes elsewhere and is not refused.

main.cf:
    relay_domains = example.com, example.org
    smtpd_reject_unlisted_recipient = no
    transport_maps = inline:{ {gone@example.com=error:5.1.6 moved away} {example.org=retry:come back later} {plain@example.com=error:} {aliased@example.com=error:5.1.1 gone} }
    virtual_alias_maps = inline:{ {aliased@example.com=bob@example.com} }

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<gone@example.com>
S: 550 5.1.6 <gone@example.com>: Recipient address rejected: moved away
C: RCPT TO:<carl@example.org>
S: 450 4.1.1 <carl@example.org>: Recipient address rejected: come back later
C: RCPT TO:<plain@example.com>
S: 550 5.1.1 <plain@example.com>: Recipient address rejected: undeliverable address
C: RCPT TO:<aliased@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: reject: RCPT from unknown[127.0.0.2]: 550 5.1.6 <gone@example.com>: Recipient address rejected: moved away; from=<ann@sender.example> to=<gone@example.com> proto=SMTP helo=<client.example> id=…
