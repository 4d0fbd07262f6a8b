"""QMQP, the server's side: how qmail clients hand over one message per connection."""
