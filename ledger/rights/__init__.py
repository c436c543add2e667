"""One file per class of right, and the reference data rights stand on."""
