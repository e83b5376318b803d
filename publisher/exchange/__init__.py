"""A comparison and a text in formats for programs: JSON, Akoma Ntoso."""
