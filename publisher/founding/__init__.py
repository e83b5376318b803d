"""A new policy repository: what is asked of its founder, its files, its first texts."""
