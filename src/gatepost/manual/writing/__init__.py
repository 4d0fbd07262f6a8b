"""Writers: a topic as text, one file for each form of text."""
