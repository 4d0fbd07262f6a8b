"""Measurements on real input and under load; not part of the package."""
