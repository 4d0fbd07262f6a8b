A table may know better words for a refusal

# smtpd_reject_footer_maps is asked first, for the whole reply; \c joins the words to the line. A template that cannot be
# read is left out.

main.cf:
    smtpd_reject_footer = default
    smtpd_reject_footer_maps = regexp:$config_directory/footers
smtpd_sender_restrictions:
    check_sender_access inline:{ {spam.example=REJECT not you} {later.example=DEFER} }

file footers:
    /^554 5\.7\.1 <.*>: Sender/   \c; see https://example.com/\nor call
    /^450 /   call $$(

client 127.0.0.2
S: …
C: HELO client.example
S: 250 gate.example.com
C: RCPT TO:<bob@example.com>
S: 503-5.5.1 Error: need MAIL command
S: 503 5.5.1 default
C: MAIL FROM:<x@spam.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 554-5.7.1 <x@spam.example>: Sender address rejected: not you; see https://example.com/
S: 554 5.7.1 or call
C: RSET
S: 250 2.0.0 Ok
C: MAIL FROM:<x@later.example>
S: 250 2.1.0 Ok
C: RCPT TO:<bob@example.com>
S: 450 4.7.1 <x@later.example>: Sender address rejected: Access denied
C: QUIT
S: 221 2.0.0 Bye
closes
log: warning: smtpd_reject_footer: missing ')' in 'call $('; the reply goes without
