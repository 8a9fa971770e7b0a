"""Bringing the invented cohort into the database, by the actions real data goes through."""
