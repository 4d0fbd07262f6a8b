"""Everything that touches the outside: tables, names, sockets, clock, log. One driver per file."""
