"""The rules of notice: profiles and their sources, periods, business days."""
