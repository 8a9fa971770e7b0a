"""The words laboratories use, made exact: analytes, units, specimens, statuses, diseases, symptoms. Pure Python."""
