A client that says nothing is told so and left

main.cf:
    smtpd_timeout = 1s

client 127.0.0.2
S: …
S: 421 4.4.2 gate.example.com Error: timeout exceeded
closes
log: timeout after CONNECT from unknown[127.0.0.2]
