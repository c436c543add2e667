"""Order book, call auction and listing-and-pick: how orders meet.  Pure; knows no money, no ledger."""
