"""Blood counts against the patient's own baseline, a file a rule."""
