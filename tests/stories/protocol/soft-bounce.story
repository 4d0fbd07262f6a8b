soft_bounce = yes: every refusal for good becomes one for now

main.cf:
    soft_bounce = yes

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<victim@elsewhere.example>
S: 454 4.7.1 <victim@elsewhere.example>: Relay access denied
C: DATA
S: 454 4.5.1 Error: no valid recipients
C: FOO
S: 400 4.5.2 Error: command not recognized
C: QUIT
S: 221 2.0.0 Bye
closes
