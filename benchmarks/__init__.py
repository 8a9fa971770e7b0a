"""Ratios of what Vigil does to the plainest way of doing it, measured in one run on invented data."""
