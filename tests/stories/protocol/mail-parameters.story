The parameters of MAIL and RCPT

main.cf:
    message_size_limit = 1000

client 127.0.0.2
S: …
C: EHLO client.example
S: …
C: MAIL FROM:<ann@sender.example> SIZE=x
S: 501 5.5.4 Bad message size syntax
C: MAIL FROM:<ann@sender.example> SIZE=1001
S: 552 5.3.4 Message size exceeds fixed limit
C: MAIL FROM:<ann@sender.example> BODY=BINARYMIME
S: 555 5.5.4 Unsupported option: BODY=BINARYMIME
C: MAIL FROM:<ann@sender.example> RET=SOME
S: 501 5.5.4 Bad RET parameter syntax
C: MAIL FROM:<ann@sender.example> SIZE=999 BODY=8BITMIME RET=HDRS ENVID=a+2Bb AUTH=<>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com> NOTIFY=NEVER,DELAY
S: 501 5.5.4 Error: Bad NOTIFY parameter syntax
C: RCPT TO:<bob@example.com> ORCPT=bob
S: 501 5.5.4 Error: Bad ORCPT parameter syntax
C: RCPT TO:<bob@example.com> NOTIFY=FAILURE,DELAY ORCPT=rfc822;bob@example.com
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
