"""What masking does with a column, one file a family of steps."""
