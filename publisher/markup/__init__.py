"""Markup: texts and redlines as HTML."""
