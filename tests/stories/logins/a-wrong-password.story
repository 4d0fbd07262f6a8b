A wrong password is 535, the log says so, and a login given up is 501

main.cf:
    smtpd_sasl_auth_enable = yes
    smtpd_sasl_type = gatepost
    smtpd_sasl_failure_delay = 0

file users:
    ann:$argon2id$v=19$m=8,t=1,p=1$2Ps/cY/F5Rm3FhhT9IpTAw$HFgGlhiklpiNk5C9gya4ZVsUYhG5lJjg0+NyWsRPkn0
    eve:!$argon2id$v=19$m=8,t=1,p=1$2Ps/cY/F5Rm3FhhT9IpTAw$HFgGlhiklpiNk5C9gya4ZVsUYhG5lJjg0+NyWsRPkn0

client 127.0.0.2 client.example
S: …
C: EHLO client.example
S: …
C: AUTH PLAIN AGFubgB3cm9uZw==
S: 535 5.7.8 Error: authentication failed: authentication failure
log: warning: client.example[127.0.0.2]: SASL PLAIN authentication failed: authentication failure, sasl_username=ann
# eve is disabled: her right password is wrong too
C: AUTH PLAIN AGV2ZQBzZWNyZXQ=
S: 535 5.7.8 Error: authentication failed: authentication failure
C: AUTH CRAM-MD5
S: 535 5.7.8 Error: authentication failed: Invalid authentication mechanism
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: *
S: 501 5.7.0 Authentication aborted
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: YW5u
S: 334 UGFzc3dvcmQ6
C: c2VjcmV0
S: 235 2.7.0 Authentication successful
C: AUTH LOGIN
S: 503 5.5.1 Error: already authenticated
C: QUIT
S: 221 2.0.0 Bye
closes
log: disconnect from client.example[127.0.0.2] ehlo=1 auth=1/6 quit=1 commands=3/8
