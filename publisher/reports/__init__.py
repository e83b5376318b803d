"""A comparison told: to a terminal, a mail, a pull request, a program."""
