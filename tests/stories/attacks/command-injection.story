Commands within commands: the hop hears one line for each that the client said

# CR, NUL and quotes in an address never become a command of their own, nor a parameter (GHSA-v3q9-hj7j-63hq).

hop:

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C+ MAIL FROM:<"a\rRSET"@sender.example>\r\n
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C+ MAIL FROM:<ann@sender.example>\0RSET\r\n
S: 250 2.1.0 Ok
C: RCPT TO:<"a> ORCPT=rfc822;x RCPT TO:<evil"@example.com>
S: 250 2.1.5 Ok
C+ RCPT TO:<bob@example.com> ORCPT=rfc822;a+0D+0ARSET\r\n
S: 250 2.1.5 Ok
C: RSET
S: 250 2.0.0 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
hop heard: MAIL FROM:<"a RSET"@sender.example>
hop heard: RCPT TO:<bob@example.com>
hop heard: RSET
hop heard: MAIL FROM:<ann@sender.example>
hop heard: RCPT TO:<"a> ORCPT=rfc822;x RCPT TO:<evil"@example.com>
hop heard: RCPT TO:<bob@example.com> ORCPT=rfc822;a+0D+0ARSET
