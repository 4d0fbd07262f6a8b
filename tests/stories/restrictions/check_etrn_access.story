check_etrn_access: who may ask for which domain's mail

# There is no queue to start, so a domain that passes hears 458. ETRN replies carry no enhanced codes; a refusal does.

smtpd_etrn_restrictions:
    check_etrn_access inline:{ {other.example=REJECT not your mail} }

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: ETRN sub.other.example
S: 554 5.7.1 <sub.other.example>: Etrn command rejected: not your mail
C: ETRN example.com
S: 458 Unable to queue messages
C: ETRN not/a/domain
S: 501 Error: invalid parameter syntax
C: ETRN
S: 500 Syntax: ETRN domain
C: QUIT
S: 221 2.0.0 Bye
closes
log: NOQUEUE: reject: ETRN from unknown[127.0.0.2]: 554 5.7.1 <sub.other.example>: Etrn command rejected: not your mail; proto=ESMTP helo=<client.example> id=…
