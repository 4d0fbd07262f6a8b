"""DNS: the stub resolver and its cache."""
