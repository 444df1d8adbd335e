"""What several gates look at, and how: evidence reads draft and source and counts; gates hold it against limits."""
