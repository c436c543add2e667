"""An invented year of Naiman Banner, to look at the program with."""
