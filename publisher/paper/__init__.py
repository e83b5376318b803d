"""The documents that become PDFs, and what their standards ask."""
