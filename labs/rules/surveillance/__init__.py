"""What stands in the way of watching: changes of assay."""
