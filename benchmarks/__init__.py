"""Benchmarks: one command that prints ratios taken in one run (``make bench``)."""
