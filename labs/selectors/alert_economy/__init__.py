"""What signals of each rule came to, and what they cost. A file for what is counted, one for what would be retuned."""
