"""Gatepost: the front door of a mail site, in Postfix's own language."""

__version__ = "0.1.0"
