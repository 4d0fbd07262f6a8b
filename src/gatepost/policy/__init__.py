"""The decision engine: restrictions ask and say; evaluate combines. No socket, no clock, no log."""
