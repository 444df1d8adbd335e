"""How tables hang together, and how their rows are made in shards."""
