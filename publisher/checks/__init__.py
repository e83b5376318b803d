"""What `check` finds: all that legal is told about a draft before it is frozen."""
