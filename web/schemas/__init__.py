"""The shape of what comes in: required keys, types, ranges.  Text in, integers out."""
