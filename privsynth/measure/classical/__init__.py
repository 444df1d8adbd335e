"""How well rows hide one another."""
