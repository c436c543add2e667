"""The registry's rules as pure functions."""
