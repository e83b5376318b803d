"""A release: its number, its folder and seal, its place among the others."""
