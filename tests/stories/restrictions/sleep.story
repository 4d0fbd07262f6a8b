sleep costs the client's patience, and then nothing

smtpd_client_restrictions:
    sleep 1
    check_client_access inline:{127.0.0.2=REJECT}

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <unknown[127.0.0.2]>: Client host rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes
