"""The words around a text: catalogs of messages, and templates of letters, in many languages."""
