"""Postfix's own files, read: main.cf, master.cf, and the parameters declared once."""
