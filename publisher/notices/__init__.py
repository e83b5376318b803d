"""What customers are told, and what they answer: letters, forms, duties."""
