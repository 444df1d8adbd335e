"""A book in words and as a picture."""
