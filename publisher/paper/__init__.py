"""The documents that become PDFs, and what the PDF standards require of them."""
