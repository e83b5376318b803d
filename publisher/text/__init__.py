"""Texts: Markdown read into clauses, clauses cut into words."""
