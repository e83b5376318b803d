"""All that touches disk, git, network or database."""
