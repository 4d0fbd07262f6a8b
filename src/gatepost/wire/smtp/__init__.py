"""SMTP: the server's side (dialogue) and the client's side (delivery) as pure machines."""
