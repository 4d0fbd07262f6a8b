"""Topics: what the manual has a page or a section about, one file for each kind."""
