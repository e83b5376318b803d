"""What is personal, deleted so that what happened can still be proved."""
