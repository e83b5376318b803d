"""What legal is told about a draft before it is frozen."""
