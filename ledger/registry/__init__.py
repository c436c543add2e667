"""The clerk's counter."""
