"""How the values of one column are made: laws, days, people, patterns, templates, look-up tables."""
