Commands that do nothing are errors beyond a limit

# smtpd_junk_command_limit: NOOP, RSET, HELO and their like. From the one after the next on each counts as an error.

main.cf:
    smtpd_junk_command_limit = 2
    smtpd_hard_error_limit = 1
    smtpd_error_sleep_time = 0

client 127.0.0.2
S: …
C: NOOP
S: 250 2.0.0 Ok
C: RSET
S: 250 2.0.0 Ok
C: NOOP
S: 250 2.0.0 Ok
C: NOOP
S: 250 2.0.0 Ok
S: 421 4.7.0 gate.example.com Error: too many errors
closes
