"""Recipients, what became of their letters, what they asked for, and who is still to be told."""
