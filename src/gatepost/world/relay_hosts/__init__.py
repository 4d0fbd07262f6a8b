"""Relay permission by address, kept in a table of an SQL database: what `gatepost hosts` reads and changes."""
