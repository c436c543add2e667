"""The record: what exists and who has it."""
