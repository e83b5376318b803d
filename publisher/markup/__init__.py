"""Texts and redlines as HTML."""
