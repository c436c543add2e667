"""What tests and benchmarks stand on: the database server and fresh databases."""
