"""The pages of the site, and what programs read beside them."""
