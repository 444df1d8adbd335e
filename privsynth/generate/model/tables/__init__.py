"""Tables that hang together by keys (`connected`), and how their rows are made in shards (`shards`)."""
