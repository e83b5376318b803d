"""The revisions, one for each schema; they are never changed once a version has them."""
