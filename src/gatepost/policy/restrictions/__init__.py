"""Every restriction of the language, one small unit each; the docstring is its manual."""
