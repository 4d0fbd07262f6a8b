A list of XCLIENT hosts that cannot be asked: EHLO is put off, HELO goes on

main.cf:
    smtpd_authorized_xclient_hosts = texthash:/nonexistent

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: EHLO client.example
S: 421 4.3.0 gate.example.com Server local data error
closes
log: NOQUEUE: reject: EHLO from unknown[127.0.0.2]: 421 4.3.0 gate.example.com Server local data error; proto=SMTP helo=<client.example>
