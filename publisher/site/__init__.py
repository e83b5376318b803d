"""The pages of the site, and what programs read besides them."""
