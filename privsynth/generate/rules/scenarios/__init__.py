"""Scenarios: named variations of a book, and rows that are made on purpose: at the ends, in each choice, or broken."""
