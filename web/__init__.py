"""Pages, JSON and the command line: holds no rule and no SQL."""
