"""A mail read: its parts, its text as people see it, what of it is a quotation."""
