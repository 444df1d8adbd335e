"""The words of a rulebook, one family a module; `rulebook` puts them together."""
