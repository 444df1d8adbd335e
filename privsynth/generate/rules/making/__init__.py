"""From a plan to rows: column by column, mended where an expectation is broken, in parts where they are many."""
