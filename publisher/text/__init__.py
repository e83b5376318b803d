"""A text read: Markdown as clauses, clauses as words."""
