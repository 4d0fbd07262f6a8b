"""The front door beside its peers: `make bench`. See run.py."""
