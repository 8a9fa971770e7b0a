"""An invented follow-up cohort, with the truth about every relapse kept apart from what the laboratory saw."""
