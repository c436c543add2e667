"""The numbered changes of the database schema; one head, named in the file HEAD."""
