"""A comparison and a text for programs: JSON, Akoma Ntoso."""
