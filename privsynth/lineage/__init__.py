"""What a release carries and leaves behind."""
