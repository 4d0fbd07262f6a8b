A user sends as herself, as nobody else, and the mail says that she has logged in

main.cf:
    smtpd_sasl_auth_enable = yes
    smtpd_sasl_type = gatepost
    smtpd_sasl_authenticated_header = yes
    smtpd_sender_login_maps = inline:{ann@example.com=ann, boss@example.com=boss}

smtpd_relay_restrictions:
    permit_sasl_authenticated
    reject_unauth_destination

smtpd_sender_restrictions:
    reject_sender_login_mismatch

file users:
    ann:$argon2id$v=19$m=8,t=1,p=1$2Ps/cY/F5Rm3FhhT9IpTAw$HFgGlhiklpiNk5C9gya4ZVsUYhG5lJjg0+NyWsRPkn0

client 127.0.0.2 client.example
S: …
C: EHLO client.example
S: …
C: AUTH PLAIN AGFubgBzZWNyZXQ=
S: 235 2.7.0 Authentication successful
C: MAIL FROM:<boss@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 553 5.7.1 <boss@example.com>: Sender address rejected: not owned by user ann
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<ann@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
log: NOQUEUE: client=client.example[127.0.0.2], sasl_method=PLAIN, sasl_username=ann, id=…
C: DATA
S: 354 …
C: Subject: hello
C:
C: hello
C: .
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to bob@example.com
    …
    Received: from client.example (client.example [127.0.0.2])
    	(Authenticated sender: ann)
    	by gate.example.com (Postfix) with ESMTPA id …
    	for <bob@example.com>; …
    Subject: hello

    hello

client 127.0.0.3 other.example
S: …
C: EHLO other.example
S: …
C: MAIL FROM:<ann@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 553 5.7.1 <ann@example.com>: Sender address rejected: not logged in
C: QUIT
S: 221 2.0.0 Bye
closes
