"""Acute lymphoblastic leukaemia: relapse by marrow and blood, a file a rule."""
