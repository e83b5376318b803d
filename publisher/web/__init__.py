"""The receiver: the site and its forms over HTTP."""
