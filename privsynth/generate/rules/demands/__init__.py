"""What a book demands of rows, whoever made them."""
