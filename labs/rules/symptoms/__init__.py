"""What patients tell: coded symptoms raise signals of their own and join those of the laboratory."""
