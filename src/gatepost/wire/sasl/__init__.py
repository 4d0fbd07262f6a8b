"""SASL (RFC 4422): mechanisms, and the protocols of those who know the users. Pure: octets in, values out."""
