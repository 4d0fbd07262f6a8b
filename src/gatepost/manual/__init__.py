"""Records become text: command-line help and reference pages."""
