"""Reports of a comparison for people: in a terminal, a mail, a pull request."""
