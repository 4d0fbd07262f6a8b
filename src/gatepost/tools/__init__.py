"""The bench: tools over the same engine as the server."""
