"""Records become text: `gatepost help`, the reference pages, the manual pages.

topics/     one Topic for each restriction, parameter, table type, action and command, made from its record
contents    all topics, and finding one by name
writing/    a Topic as text for a terminal, Markdown, troff, JSON
reference   docs/reference/*.md
man_pages   man/*
pages       all of them, and the made parts of pages with text of their own: which are stale
"""
