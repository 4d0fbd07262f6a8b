Block lists by client address and by domain

# Row 11: four lists of addresses, one of domains, each with an answer filter. "You may not ask" is no listing.

use examples/guide
dns examples/guide/demo.zone

client 127.0.0.3
S: …
C: HELO spam.source.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 Service unavailable; Client host [127.0.0.3] blocked using zen.spamhaus.org; Demo entry: https://check.spamhaus.org/query/ip/127.0.0.3
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.2
S: …
C: HELO good.sender.example
S: 250 gate.example.com
C: MAIL FROM:<news@listed-domain.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 Service unavailable; Sender address [news@listed-domain.example] blocked using dbl.spamhaus.org; Demo entry: https://check.spamhaus.org/query/domain/listed-domain.example
C: HELO listed-domain.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 Service unavailable; Helo command [listed-domain.example] blocked using dbl.spamhaus.org; Demo entry: https://check.spamhaus.org/query/domain/listed-domain.example
C: QUIT
S: 221 2.0.0 Bye
closes

client 127.0.0.12 listed-domain.example
S: …
C: HELO good.sender.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554 5.7.1 Service unavailable; Client host [listed-domain.example] blocked using dbl.spamhaus.org; …
C: QUIT
S: 221 2.0.0 Bye
closes

# zen.spamhaus.org answers 127.255.255.254 about this one: it refuses to answer, and the mail is not the worse for it.
client 127.0.0.5
S: …
C: HELO other.sender.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 250 2.1.5 Ok
C: QUIT
S: 221 2.0.0 Bye
closes
log: warning: block list zen.spamhaus.org answers 127.255.255.254: not a listing but an error: …
