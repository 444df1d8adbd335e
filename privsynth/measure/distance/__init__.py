"""How far rows lie apart."""
