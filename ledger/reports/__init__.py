"""What the journal says, for readers."""
