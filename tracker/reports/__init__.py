"""What administrators take out: a file a report, a file a format."""
