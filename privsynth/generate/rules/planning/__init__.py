"""From a book to a plan: what needs what, in which turn it is made, and what each column is."""
