"""The rules of notice: profiles with their sources, and how their periods are counted."""
