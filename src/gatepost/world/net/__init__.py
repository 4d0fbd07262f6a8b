"""Connections: listening, the next hop, the Maildir."""
