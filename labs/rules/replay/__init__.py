"""What the rules would have said day by day, and how it compares with what is known to have happened."""
