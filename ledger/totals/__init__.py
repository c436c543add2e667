"""The regulator's desk: totals, their division and their allocation."""
