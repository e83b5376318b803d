"""The tests, laid out like the folders of the program; what several need: `fixtures`."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
"""The repository."""
