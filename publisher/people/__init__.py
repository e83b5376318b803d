"""Recipients, deliveries, and who is still to be told."""
