"""Bytes in, incoming records out: what other systems send, read without a database and without deciding anything."""
