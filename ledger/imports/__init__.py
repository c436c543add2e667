"""Published tables of real registries, read into the ledger."""
