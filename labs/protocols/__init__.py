"""The surveillance schedules shipped with Vigil (a YAML file each, cited), and the arithmetic on their dates."""
