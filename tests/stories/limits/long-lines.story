A line without end

# What goes beyond line_length_limit is thrown away; one that never ends ends the session.

main.cf:
    line_length_limit = 512

client 127.0.0.2
S: …
C+ NOOP \{1000*x}\r\n
S: 250 2.0.0 Ok
C+ NOOP \{100000*x}
S: 421 4.7.0 gate.example.com Error: line too long
closes
