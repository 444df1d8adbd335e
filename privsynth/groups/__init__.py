"""Cells of people who share their quasi-identifiers, and how coarse a value must be told."""
