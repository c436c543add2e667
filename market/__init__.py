"""How rights change hands for money."""
