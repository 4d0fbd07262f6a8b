What survives goes on to the next hop, and is only accepted when the hop has accepted it

# Row 18: spam is stopped before the content filter sees it, and nothing is lost: the client hears the hop's own reply.

use examples/guide
dns examples/guide/demo.zone
hop:
    END-OF-MESSAGE: 250 2.0.0 Ok: queued as 4F00D

# A listed client: the hop hears nothing of it.
client 127.0.0.3
S: …
C: EHLO spam.source.example
S: …
C: MAIL FROM:<ann@sender.example>
C: RCPT TO:<bob@example.com>
C: DATA
S: 250 2.1.0 Ok
S: 554 5.7.1 Service unavailable; Client host [127.0.0.3] blocked using zen.spamhaus.org; …
S: 554 5.5.1 Error: no valid recipients
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.2
S: …
C: EHLO good.sender.example
S: …
C: MAIL FROM:<ann@sender.example> SIZE=100
C: RCPT TO:<bob@example.com>
C: DATA
S: 250 2.1.0 Ok
S: 250 2.1.5 Ok
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: survived
C:
C: .leading dot
C: .
S: 250 2.0.0 Ok: queued as 4F00D
C: QUIT
S: 221 2.0.0 Bye
closes

hop heard: EHLO gate.example.com
hop heard: XFORWARD NAME=good.sender.example ADDR=127.0.0.2 PORT=… …
hop heard: MAIL FROM:<ann@sender.example>…
hop heard: RCPT TO:<bob@example.com>
hop heard: DATA
delivered to bob@example.com
    Received: from good.sender.example (good.sender.example [127.0.0.2])
    	by gate.example.com (Postfix) with ESMTP id …
    	for <bob@example.com>; …
    Subject: survived

    leading dot
log: NOQUEUE: client=good.sender.example[127.0.0.2]…
log: proxy-accept: END-OF-MESSAGE: 250 2.0.0 Ok: queued as 4F00D; from=<ann@sender.example> to=<bob@example.com> proto=ESMTP helo=<good.sender.example> id=…
