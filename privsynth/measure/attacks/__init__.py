"""The arithmetic of the attacks."""
