"""Whatever has to do with time: rows in order, what was before, and the processes that rows come from."""
