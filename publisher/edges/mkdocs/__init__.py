"""MkDocs, which puts the theme around the pages: known here and nowhere else."""
