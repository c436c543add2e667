"""What was used against what is held."""
