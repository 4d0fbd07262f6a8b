"""The protocols as pure machines: octets in, events out, verdicts in, octets out. No socket, no clock."""
