"""The mistakes of a book: all that are found at once, what is put aside for it, what follows, in whose words."""
