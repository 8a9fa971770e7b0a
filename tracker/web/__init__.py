"""Pages: a file a page."""
