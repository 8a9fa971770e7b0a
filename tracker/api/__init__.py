"""The HTTP API under /api/v1/: routes and what they share."""
