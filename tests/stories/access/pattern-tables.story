Patterns see the whole address, in the order of their lines

# regexp and pcre tables know no parents and no user@; cidr tables take addresses only.

smtpd_client_restrictions:
    check_client_access cidr:$config_directory/networks
smtpd_sender_restrictions:
    check_sender_access pcre:$config_directory/senders

file networks:
    127.0.0.3       OK
    127.0.0.0/29    REJECT from $0 that network
    !127.0.0.0/8    REJECT nobody here
file senders:
    /^(.*)@casino\./       REJECT no $1 here
    if /@sender\.example$/
    /^eve/                 REJECT Eve
    /./                    DUNNO
    endif
    !/^[a-z.]+@/           REJECT odd
    /^sender\.example$/    REJECT never asked for

client 127.0.0.4
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <unknown[127.0.0.4]>: Client host rejected: from $0 that network
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.3
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<roulette@casino.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <roulette@casino.example>: Sender address rejected: no roulette here
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<Eve@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <Eve@sender.example>: Sender address rejected: Eve
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<123@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<123@other.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 <123@other.example>: Sender address rejected: odd
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
