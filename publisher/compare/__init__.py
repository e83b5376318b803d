"""How two texts differ: clause by clause, word by word, and what that is called."""
