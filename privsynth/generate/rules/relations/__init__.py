"""How tables hang together: links, references, trees of rows, totals."""
