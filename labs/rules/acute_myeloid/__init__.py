"""Acute myeloid leukaemia: relapse by marrow and blood (ELN), a file a rule."""
