"""Multiple myeloma: progression (IMWG) and clinical relapse, a file a rule."""
