"""Assets, accounts, positions, entries and posting: knows no right and no law."""
