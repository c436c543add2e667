"""Auctions: who gets how much at which price, decided by rules that are settings."""
