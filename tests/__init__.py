"""The tests: they mirror the packages, and each name is a promise."""
