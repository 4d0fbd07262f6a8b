Maildir path tricks: an address never leads out of the directory of Maildirs

# Slashes, dots and NULs in a recipient are part of a name, not of a path, and written as %HH where they must be;
# tests/world/net/test_maildir.py has the whole list.

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: MAIL FROM:<ann@sender.example>
S: 250 2.1.0 Ok
C: RCPT TO:<"../../etc/passwd"@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<"/etc/passwd"@example.com>
S: 250 2.1.5 Ok
C: RCPT TO:<..@example.com>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: Subject: out
C:
C: out
C: .
S: 250 2.0.0 Ok: queued as …
C: QUIT
S: 221 2.0.0 Bye
closes
delivered to ../../etc/passwd@example.com
    …
    Subject: out

    out
delivered to ..@example.com
    …
    Subject: out

    out
delivered to /etc/passwd@example.com
    …
    Subject: out

    out
