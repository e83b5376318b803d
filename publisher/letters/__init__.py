"""What customers are told: the letter about a release."""
