"""Lookup tables, one type per file, named as in `postconf -m`."""
