"""The analytes, a file a field."""
