"""Introduces the other layers to each other: doors, workers, supervision, reload."""
