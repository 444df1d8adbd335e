"""What several gates look at, and how."""
